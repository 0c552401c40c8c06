// SPDX-License-Identifier: BSD-3-Clause
// malloc() against a model: every block holds a pattern of its own, and no operation on others may
// change it.
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

// Sizes that are wrong on purpose.
#pragma GCC diagnostic ignored "-Walloc-size-larger-than="

ML(malloc);
ML(calloc);
ML(realloc);
ML(free);
ML(aligned_alloc);
ML(posix_memalign);
ML(malloc_usable_size);
ML(__errno_location);

#define BLOCKS 600

struct block {
    unsigned char *p;
    size_t size;
    unsigned char seed;
};

static struct block blocks[BLOCKS];

static void fill(struct block *b)
{
    b->seed = (unsigned char)check_random();
    for (size_t i = 0; i < b->size; i += 1 + i / 64)
        b->p[i] = (unsigned char)(b->seed + i);
    if (b->size)
        b->p[b->size - 1] = b->seed;
}

static bool intact(const struct block *b, size_t size)
{
    for (size_t i = 0; i < size; i += 1 + i / 64) {
        if (b->p[i] != (unsigned char)(b->seed + i) && i != b->size - 1)
            return false;
    }
    return size < b->size || !b->size || b->p[b->size - 1] == b->seed;
}

static size_t random_size(void)
{
    switch (check_below(8)) {
    case 0: return check_below(5);
    case 1: return 1 + check_below(4096);
    case 2: return 4096 * (1 + check_below(8));
    case 3: return check_below(100000);
    case 4: return check_below(60) ? check_below(200) : check_below(3000000);
    default: return check_below(300);
    }
}

static void check_new(struct block *b, const char *what)
{
    CHECK(b->p, "%s(%zu) failed", what, b->size);
    CHECK((uintptr_t)b->p % 16 == 0, "%s(%zu): %p is not aligned", what, b->size, (void *)b->p);
    CHECK(b->size < 4096 || b->size % 4096 || (uintptr_t)b->p % 4096 == 0,
          "%s(%zu): %p is not page aligned", what, b->size, (void *)b->p);
    CHECK(ml_malloc_usable_size(b->p) >= b->size, "usable size of %zu", b->size);
}

static void allocate(struct block *b)
{
    b->size = random_size();
    switch (check_below(4)) {
    case 0: {
        b->p = ml_calloc(1, b->size);
        check_new(b, "calloc");
        for (size_t i = 0; i < b->size; i++) {
            if (b->p[i]) {
                check_fail("calloc(%zu): byte %zu is not 0", b->size, i);
                break;
            }
        }
        break;
    }
    case 1: {
        size_t align = (size_t)1 << (3 + check_below(15));
        void *p = NULL;
        CHECK(ml_posix_memalign(&p, align, b->size) == 0, "posix_memalign(%zu, %zu)", align,
              b->size);
        CHECK((uintptr_t)p % align == 0, "posix_memalign(%zu, %zu) = %p", align, b->size, p);
        b->p = p;
        break;
    }
    default:
        b->p = ml_malloc(b->size);
        check_new(b, "malloc");
        break;
    }
    fill(b);
}

static void reallocate(struct block *b)
{
    size_t size =
        check_below(4) ? random_size() : b->size + check_below(64) - (b->size < 32 ? 0 : 32);

    if (!size)
        size = 1;
    size_t common = size < b->size ? size : b->size;
    b->p = ml_realloc(b->p, size);
    CHECK(b->p && intact(b, common ? common - 1 : 0), "realloc from %zu to %zu", b->size, size);
    b->size = size;
    fill(b);
}

static void test_model(void)
{
    check_begin("malloc: random operations");
    for (unsigned long i = 0; i < 150000 * check_factor; i++) {
        struct block *b = &blocks[check_below(BLOCKS)];
        if (!b->p) {
            allocate(b);
        } else if (check_below(4) == 0) {
            CHECK(intact(b, b->size), "a block of %zu changed", b->size);
            reallocate(b);
        } else {
            CHECK(intact(b, b->size), "a block of %zu changed", b->size);
            ml_free(b->p);
            b->p = NULL;
        }
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        CHECK(!blocks[i].p || intact(&blocks[i], blocks[i].size), "a block of %zu changed",
              blocks[i].size);
        ml_free(blocks[i].p);
        blocks[i].p = NULL;
    }
    // What is kept: at most 256 pages of free memory, the array of struct page (64 bytes for each
    // page ever used) and one empty slab of each class.
    CHECK(shim_committed < 12 << 20, "%zu bytes are committed after everything was freed",
          shim_committed);
    check_end();
}

static void test_frugality(void)
{
    size_t before = shim_committed;

    check_begin("malloc: the first block costs two pages, later ones follow the need");
    void *p = ml_malloc(24);
    CHECK(shim_committed - before <= 2 * 4096, "%zu bytes", shim_committed - before);
    void *more[100];
    for (int i = 0; i < 100; i++)
        more[i] = ml_malloc(100);
    CHECK(shim_committed - before <= 16 * 4096, "%zu bytes for 100 blocks of 100",
          shim_committed - before);
    for (int i = 0; i < 100; i++)
        ml_free(more[i]);
    ml_free(p);
    check_end();
}

static void test_limits(void)
{
    check_begin("malloc: exhaustion and impossible sizes");
    int *err = ml___errno_location();
    *err = 0;
    CHECK(!ml_malloc(SIZE_MAX) && *err == ENOMEM, "malloc(SIZE_MAX)");
    *err = 0;
    CHECK(!ml_malloc((size_t)PTRDIFF_MAX + 1) && *err == ENOMEM, "malloc(PTRDIFF_MAX + 1)");
    *err = 0;
    CHECK(!ml_calloc(SIZE_MAX / 2, 3) && *err == ENOMEM, "calloc that overflows");
    *err = 0;
    void *keep = ml_malloc(100);
    CHECK(!ml_realloc(keep, SIZE_MAX - 5) && *err == ENOMEM, "realloc(SIZE_MAX - 5)");
    ml_free(keep);
    *err = 0;
    CHECK(!ml_aligned_alloc(24, 8) && *err == EINVAL, "aligned_alloc(24)");
    void *out = NULL;
    CHECK(ml_posix_memalign(&out, 2, 8) == EINVAL, "posix_memalign(2)");
    void *a = ml_malloc(0), *b = ml_malloc(0);
    CHECK(a && b && a != b, "malloc(0) twice: %p %p", a, b);
    ml_free(a);
    ml_free(b);

    shim_commit_limit = shim_committed + (4 << 20);
    for (int round = 0; round < 3; round++) {
        static void *p[20000];
        size_t n = 0, size = round == 0 ? 1000 : round == 1 ? 60000 : 4096;
        *err = 0;
        while (n < 20000 && (p[n] = ml_malloc(size)))
            n++;
        CHECK(*err == ENOMEM && n * size > 3 << 20, "%zu blocks of %zu, errno %d", n, size, *err);
        while (n)
            ml_free(p[--n]);
    }
    shim_commit_limit = 0;
    void *again = ml_malloc(1 << 20);
    CHECK(again, "after exhaustion");
    ml_free(again);
    check_end();
}

static char outside[64];

static void free_twice(void *arg)
{
    size_t size = *(size_t *)arg;
    char *p = ml_malloc(size), *keep = ml_malloc(size);

    ml_free(p);
    ml_free(p);
    ml_free(keep);
}

static void free_inside(void *arg)
{
    ml_free((char *)ml_malloc(*(size_t *)arg) + 16);
}

static void free_outside(void *arg)
{
    (void)arg;
    ml_free(outside + 16);
}

static void realloc_freed(void *arg)
{
    char *p = ml_malloc(*(size_t *)arg);

    ml_free(p);
    ml_free(ml_realloc(p, 10000));
}

static void test_misuse(void)
{
    static size_t sizes[] = {1, 40, 500, 3000, 5000, 100000};

    check_begin("malloc: misuse ends the guest");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        CHECK(shim_run(free_twice, &sizes[i]) == SHIM_PANIC, "freeing %zu bytes twice", sizes[i]);
        CHECK(strncmp(shim_panic_text, "free(", 5) == 0, "'%s'", shim_panic_text);
        if (sizes[i] > 16)
            CHECK(shim_run(free_inside, &sizes[i]) == SHIM_PANIC, "freeing the inside of %zu bytes",
                  sizes[i]);
        CHECK(shim_run(realloc_freed, &sizes[i]) == SHIM_PANIC, "realloc of %zu freed bytes",
              sizes[i]);
    }
    CHECK(shim_run(free_outside, NULL) == SHIM_PANIC, "freeing what is no block");
    check_end();
}

void test_malloc(void)
{
    test_frugality();
    test_model();
    test_limits();
    test_misuse();
}
