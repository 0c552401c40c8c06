// SPDX-License-Identifier: BSD-3-Clause
// mm/space.c against a model that is a sorted list, searched from its beginning.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../../mm/internal.h"
#include "../../../mm/space.h"
#include "host.h"

#define MIB (1UL << 20)

static struct range {
    uintptr_t start, end;
} model[20000];
static size_t nr;
static unsigned int steps_factor;
static size_t walked;

static void start(void)
{
    host_reset(64 * MIB, 0, MIB);
    host_ram(0, 64 * MIB);
    frames_init();
}

static uintptr_t model_find(size_t len, size_t align, uintptr_t low, uintptr_t high)
{
    for (size_t i = 0; i <= nr; i++) {
        uintptr_t from = i ? model[i - 1].end : 0, to = i < nr ? model[i].start : -PAGE_SIZE;
        uintptr_t at = ROUND_UP(from + PAGE_SIZE > low ? from + PAGE_SIZE : low, align);
        uintptr_t last = to - PAGE_SIZE < high ? to - PAGE_SIZE : high;

        if (at < last && last - at >= len)
            return at;
    }
    return 0;
}

static void model_add(uintptr_t at, size_t len)
{
    size_t i = nr++;

    for (; i && model[i - 1].start > at; i--)
        model[i] = model[i - 1];
    model[i] = (struct range){at, at + len};
    CHECK(i == 0 || model[i - 1].end + PAGE_SIZE <= at);
    CHECK(i + 1 == nr || at + len + PAGE_SIZE <= model[i + 1].start);
}

static void model_remove(size_t i)
{
    memmove(&model[i], &model[i + 1], (--nr - i) * sizeof(model[0]));
}

static void walk_step(uintptr_t from, uintptr_t to)
{
    CHECK(walked < nr && model[walked].start == from && model[walked].end == to);
    walked++;
}

static void compare(void)
{
    walked = 0;
    space_for_each(walk_step);
    CHECK(walked == nr);
}

static void take_one(uintptr_t low, uintptr_t high, size_t longest)
{
    size_t len = (1 + host_random() % longest) * PAGE_SIZE;
    size_t align = PAGE_SIZE << (host_random() % 4 ? 0 : host_random() % 10);
    uintptr_t hint =
        host_random() % 2 ? low : low + host_random() % (high - low) / PAGE_SIZE * PAGE_SIZE;
    uintptr_t at = space_take(len, align, low, high, hint);
    uintptr_t expected = model_find(len, align, hint, high);

    if (!expected)
        expected = model_find(len, align, low, high);
    CHECK((at == 0) == (expected == 0));
    if (!at)
        return;
    CHECK(at % align == 0 && at >= low && at + len <= high);
    // With a larger alignment, gaps that are surely large enough come first.
    if (align == PAGE_SIZE)
        CHECK(at == expected);
    model_add(at, len);
    CHECK(space_is(at, len) && space_inside(at, len) &&
          space_inside(at + len - PAGE_SIZE, PAGE_SIZE));
    CHECK(!space_inside(at, len + PAGE_SIZE) && !space_inside(at - PAGE_SIZE, PAGE_SIZE));
    CHECK(!space_is(at, len + PAGE_SIZE));
}

static void churn(uintptr_t low, uintptr_t high, size_t longest, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (nr < 2000 && host_random() % 2) {
            take_one(low, high, longest);
        } else if (nr) {
            size_t j = host_random() % nr;

            space_give(model[j].start);
            model_remove(j);
        }
        if (i % 1000 == 0)
            compare();
    }
    compare();
}

// Room to spare, a space so small that it is often full, and both with two kinds of bounds at once.
static void test_roomy(void)
{
    start();
    churn(VM_BASE, VM_END, 5000, 100000UL * steps_factor);
}

static void test_tight(void)
{
    start();
    churn(0x50000000, 0x50000000 + 8 * MIB, 60, 300000UL * steps_factor);
}

static void test_mixed(void)
{
    start();
    for (unsigned int i = 0; i < 20; i++) {
        churn(0x50000000, 0x50000000 + 16 * MIB, 100, 5000UL * steps_factor);
        churn(0x50000000 + 8 * MIB, 0x50000000 + 64 * MIB, 300, 5000UL * steps_factor);
    }
}

static double cost(size_t n)
{
    struct timespec a, b;
    size_t rounds = 300000;

    start();
    for (size_t i = 0; i < n; i++)
        CHECK(space_take(PAGE_SIZE * (1 + i % 7), PAGE_SIZE, VM_BASE, VM_END, VM_BASE));
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (size_t i = 0; i < rounds; i++) {
        uintptr_t at = space_take(MIB, MIB, VM_BASE, VM_END, VM_BASE);

        CHECK(at);
        space_give(at);
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    return ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / rounds;
}

static void cost_few(void)
{
    printf("space: among 100 reservations: %.0f ns for one and its end\n", cost(100));
}

static void cost_many(void)
{
    printf("space: among 500,000: %.0f ns\n", cost(500000));
}

void test_space(unsigned int factor)
{
    steps_factor = factor;
    host_test("space: room to spare", test_roomy);
    host_test("space: full", test_tight);
    host_test("space: two bounds", test_mixed);
    host_test("space: cost, few", cost_few);
    host_test("space: cost, many", cost_many);
}
