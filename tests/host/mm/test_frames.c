// SPDX-License-Identifier: BSD-3-Clause
// mm/frame.c and mm/buddy.c on synthetic memory maps, from 4 MiB to beyond what they manage,
// against a model that has a byte for every frame.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../../../mm/buddy.h"
#include "../../../mm/internal.h"
#include "host.h"

#define KIB       1024UL
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)
#define HELD_MAX  100000
#define MODEL_MAX (1UL << 24)

enum { NOT_RAM, FREE, TAKEN, TABLE };

static uint8_t *model;
static struct held {
    pfn_t pfn;
    size_t n;
} held[HELD_MAX];
static size_t nr_held;
static unsigned int steps_factor;

static void start(void)
{
    model = mmap(NULL, MODEL_MAX, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (unsigned int i = 0; i < boot_info->nr_ram; i++) {
        for (paddr_t a = boot_info->ram[i].start; a < boot_info->ram[i].end; a += PAGE_SIZE) {
            if (a >> PAGE_SHIFT < MODEL_MAX && a >> PAGE_SHIFT &&
                (a < boot_info->used_start || a >= boot_info->used_end))
                model[a >> PAGE_SHIFT] = FREE;
        }
    }
    frames_init();
    CHECK(host_touched() == 0);
}

static size_t frames_free(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_free;
}

static void taken(pfn_t pfn, size_t n, uint8_t state)
{
    for (size_t i = 0; i < n; i++) {
        if (pfn + i >= MODEL_MAX || model[pfn + i] != FREE)
            FAIL("frame %lx of %lx+%lx is in state %u", pfn + i, pfn, n,
                 pfn + i < MODEL_MAX ? model[pfn + i] : NOT_RAM);
        model[pfn + i] = state;
        host_scribble(pfn + i);
    }
}

static void hold(pfn_t pfn, size_t n)
{
    taken(pfn, n, TAKEN);
    held[nr_held++] = (struct held){pfn, n};
}

static void give_back(size_t i)
{
    struct held h = held[i];
    size_t first = h.n;

    held[i] = held[--nr_held];
    memset(model + h.pfn, FREE, h.n);
    // In one piece, or in two.
    if (host_random() % 4 == 0 && h.n > 1) {
        first = 1 + host_random() % (h.n - 1);
        frame_free_range(h.pfn + first, h.n - first);
    }
    frame_free_range(h.pfn, first);
}

static void give_all_back(void)
{
    while (nr_held)
        give_back(host_random() % nr_held);
}

// What a caller may expect of a range: one that is as long as the next power of two and aligned is
// always found. Looks at all frames.
static bool model_has_block(size_t n)
{
    size_t size = 1;

    while (size < n)
        size *= 2;
    for (pfn_t at = 0; at + size <= MODEL_MAX; at += size) {
        size_t i = 0;

        while (i < size && model[at + i] == FREE)
            i++;
        if (i == size)
            return true;
    }
    return false;
}

static size_t random_size(size_t limit)
{
    size_t max = 1UL << (host_random() % 16);

    switch (host_random() % 4) {
    case 0: return 1;
    case 1: return max < limit ? max : limit;
    default: return 1 + host_random() % (max < limit ? max : limit);
    }
}

// Promise, then take what was promised, some of it as blocks: none of it may fail.
static void promise_step(size_t n)
{
    pfn_t block;

    if (!frames_promise(n)) {
        CHECK(frames_free() < n + n / REGION_FRAMES + 1200);
        return;
    }
    while (n) {
        if (n >= PT_ENTRIES && host_random() % 2) {
            block = frame_alloc_promised_block(PT_ENTRIES);
            CHECK(block == PFN_NONE || block % PT_ENTRIES == 0);
            if (block != PFN_NONE) {
                hold(block, PT_ENTRIES);
                n -= PT_ENTRIES;
                continue;
            }
        }
        block = frame_alloc_promised();
        CHECK(block != PFN_NONE);
        hold(block, 1);
        n--;
    }
}

static void churn(size_t steps)
{
    size_t limit = frames_free() / 4 + 1;

    for (size_t i = 0; i < steps; i++) {
        size_t n, before = frames_free();
        pfn_t pfn;

        switch (nr_held > HELD_MAX / 2 ? 4 + i % 4 : host_random() % 8) {
        case 0:
            n = random_size(limit);
            pfn = frame_alloc_range(n);
            if (pfn != PFN_NONE)
                hold(pfn, n);
            // Regions' pages aside, what is counted is what is there.
            CHECK(frames_free() <= before - (pfn != PFN_NONE ? n : 0));
            break;
        case 1:
        case 2:
        case 3:
            pfn = frame_alloc();
            if (pfn != PFN_NONE)
                hold(pfn, 1);
            else
                CHECK(frames_free() < 1200);
            break;
        case 4:
            if (nr_held < HELD_MAX / 2 && host_random() % 64 == 0) {
                promise_step(1 + host_random() % 2000);
                break;
            }
            if (host_random() % 64 == 0) {
                pfn = frame_alloc_mapped();
                if (pfn != PFN_NONE) {
                    taken(pfn, 1, TABLE);
                    CHECK(pfn < boot_info->mapped_end >> PAGE_SHIFT ||
                          (uintptr_t)frame_virt(pfn) >= host_direct_base);
                }
                break;
            }
            // fallthrough
        default:
            if (nr_held)
                give_back(host_random() % nr_held);
            break;
        }
    }
}

// All single frames out: what is missing at the end are regions' pages, tables and the pools.
static void exhaust(size_t ram)
{
    size_t n = 0, tables = 0;
    pfn_t pfn;

    for (size_t i = 0; i < MODEL_MAX; i++)
        tables += model[i] == TABLE;
    give_all_back();
    while ((pfn = frame_alloc()) != PFN_NONE) {
        taken(pfn, 1, TAKEN);
        n++;
    }
    if (n + tables + ram / REGION_FRAMES + 4 * PT_ENTRIES + 64 < ram)
        FAIL("%zu frames of %zu came out, %zu tables", n, ram, tables);
    CHECK(frame_alloc_range(2) == PFN_NONE);
    CHECK(!frames_promise(1));
    // What did not come out is the allocator's own: no block is made of it.
    for (pfn = 0; pfn < MODEL_MAX; pfn++) {
        if (model[pfn] == FREE)
            model[pfn] = TABLE;
    }
    for (pfn = 0; pfn < MODEL_MAX; pfn++) {
        if (model[pfn] == TAKEN) {
            model[pfn] = FREE;
            frame_free(pfn);
        }
    }
    CHECK(frames_free() >= n);
    // They have grown together again: the largest blocks are found.
    for (size_t size = 1; size <= ram / 4; size *= 2) {
        pfn = frame_alloc_range(size);
        if (pfn == PFN_NONE) {
            CHECK(size > REGION_FRAMES || !model_has_block(size));
            continue;
        }
        for (size_t i = 0; i < size; i++)
            CHECK(model[pfn + i] == FREE);
        frame_free_range(pfn, size);
    }
}

static void run(size_t steps)
{
    size_t ram;

    start();
    ram = frames_free();
    churn(steps * steps_factor);
    exhaust(ram);
}

static void test_4_mib(void)
{
    host_reset(4 * MIB, 0, 900 * KIB);
    host_ram(0, 4 * MIB);
    run(200000);
}

static void test_32_mib_pv(void)
{
    host_reset(6 * MIB, 0, 1700 * KIB);
    host_ram(0, 32 * MIB);
    run(1000000);
}

static void test_pvh_hole(void)
{
    host_reset(GIB, MIB, 3 * MIB);
    host_ram(0, 3840 * MIB);
    host_ram(4 * GIB, 6 * GIB + 300 * MIB);
    run(1000000);
}

static void test_odd_ranges(void)
{
    host_reset(2 * MIB, MIB, 2 * MIB - 64 * KIB);
    host_ram(0, 2 * MIB);
    for (unsigned int i = 1; i < BOOT_RAM_MAX; i++)
        host_ram(i * 37 * MIB + i * 12 * KIB, i * 37 * MIB + (i + 1) * MIB + i * 4 * KIB);
    run(500000);
}

static void test_64_gib(void)
{
    host_reset(8 * MIB, 0, 4 * MIB);
    host_ram(0, 64 * GIB);
    run(1000000);
}

static void test_beyond(void)
{
    struct mm_stats s;

    host_reset(8 * MIB, 0, 4 * MIB);
    host_ram(0, 63 * GIB);
    host_ram(64 * GIB - 4 * KIB, 70 * GIB);
    host_ram(72 * GIB, 73 * GIB);
    start();
    mm_get_stats(&s);
    CHECK(s.frames_total == (63 * GIB >> PAGE_SHIFT) + 1);
    churn(10000);
}

static void test_failing_maps(void)
{
    host_reset(4 * MIB, 0, 3 * MIB);
    host_ram(0, 600 * MIB);
    host_map_failures = 3;
    start();
    churn(300000UL * steps_factor);
}

// Nothing grows with RAM: the first allocations touch a page or two, and a frame in the middle of
// fragments costs no more with 64 GiB than with 64 MiB.
static double fragmented_cost(size_t ram)
{
    size_t n = ram >> PAGE_SHIFT, rounds = 2000000;
    struct timespec a, b;
    pfn_t first;

    host_reset(8 * MIB, 0, 4 * MIB);
    host_ram(0, ram);
    frames_init();
    first = frame_alloc_range(n / 2);
    CHECK(first != PFN_NONE);
    CHECK(host_touched() <= 2 + n / 2 / REGION_FRAMES + 1);
    for (pfn_t i = 0; i < n / 2; i += 2)
        frame_free(first + i);
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (size_t i = 0; i < rounds; i++) {
        pfn_t pfn = frame_alloc_range(1 + (i & 63));

        if (pfn != PFN_NONE)
            frame_free_range(pfn, 1 + (i & 63));
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    return ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / rounds;
}

static void cost_small(void)
{
    printf("frames: a fragmented guest of 64 MiB: %.0f ns for a range and its return\n",
           fragmented_cost(64 * MIB));
}

static void cost_large(void)
{
    printf("frames: one of 64 GiB: %.0f ns\n", fragmented_cost(64 * GIB));
}

static void test_double_free(void)
{
    pfn_t pfn;

    host_reset(4 * MIB, 0, MIB);
    host_ram(0, 32 * MIB);
    start();
    pfn = frame_alloc_range(8);
    frame_free_range(pfn, 8);
    frame_free(pfn + 3);
}

void test_frames(unsigned int factor)
{
    steps_factor = factor;
    host_test("frames: 4 MiB", test_4_mib);
    host_test("frames: 32 MiB", test_32_mib_pv);
    host_test("frames: RAM above 4 GiB", test_pvh_hole);
    host_test("frames: odd ranges", test_odd_ranges);
    host_test("frames: 64 GiB", test_64_gib);
    host_test("frames: more than 64 GiB", test_beyond);
    host_test("frames: tables run out", test_failing_maps);
    host_test("frames: cost, small", cost_small);
    host_test("frames: cost, large", cost_large);
    host_test_panics("frames: freed twice", test_double_free);
}
