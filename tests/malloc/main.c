// SPDX-License-Identifier: BSD-3-Clause
// malloc in a guest: blocks do not overlap and keep their contents, through 100,000 random calls
// from several threads; zeroing, alignment, growth; exhaustion is NULL and ENOMEM; memory that was
// freed can be had again.
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include "../common/test.h"

const char test_title[] = "malloc";

#define WORKERS 3
#define SLOTS   300
#define CALLS   35000

static volatile size_t huge = SIZE_MAX; // volatile: the compiler would refuse the calls

struct slot {
    unsigned char *p;
    size_t size;
    unsigned char fill;
};

static bool intact(const struct slot *s)
{
    for (size_t i = 0; i < s->size; i++) {
        if (s->p[i] != s->fill)
            return false;
    }
    return true;
}

static size_t random_size(uint32_t r)
{
    // Mostly small, sometimes pages, now and then large.
    if (r % 16)
        return r / 16 % 500;
    return r / 16 % 16 ? r / 256 % 20000 : r / 256 % 300000;
}

static void *worker(void *arg)
{
    struct slot *slots = calloc(SLOTS, sizeof(*slots));
    uint32_t r = (uint32_t)(uintptr_t)arg * 7919 + 1;

    if (!CHECK(slots != NULL))
        return NULL;
    for (int i = 0; i < CALLS; i++) {
        struct slot *s;
        size_t size;
        unsigned char *p;

        r = r * 1664525 + 1013904223;
        s = &slots[(r >> 8) % SLOTS];
        size = random_size(r >> 10);
        if (s->p && !intact(s)) {
            test_failure("a block of %zu bytes at %p was written over", s->size, (void *)s->p);
            break;
        }
        switch (s->p ? r >> 28 & 3 : 2) {
        case 0:
            free(s->p);
            *s = (struct slot){0};
            break;
        case 1:
            p = realloc(s->p, size ? size : 1);
            if (!CHECK(p != NULL))
                return NULL;
            s->p = p;
            s->size = s->size < size ? s->size : size;
            CHECK(intact(s));
            s->size = size;
            memset(p, s->fill, size);
            break;
        default:
            free(s->p);
            s->p = malloc(size);
            if (!CHECK(s->p != NULL))
                return NULL;
            CHECK_EQ((uintptr_t)s->p % 16, 0);
            CHECK(malloc_usable_size(s->p) >= size);
            s->size = size;
            s->fill = r >> 20;
            memset(s->p, s->fill, size);
        }
    }
    for (int i = 0; i < SLOTS; i++)
        free(slots[i].p);
    free(slots);
    return NULL;
}

static void test_zeroing(void)
{
    unsigned char *dirty = malloc(60000), *clean;
    size_t wrong = 0;

    memset(dirty, 0xff, 60000);
    free(dirty);
    clean = calloc(600, 100);
    for (int i = 0; i < 60000; i++)
        wrong += clean[i] != 0;
    CHECK_EQ(wrong, 0);
    free(clean);
    errno = 0;
    CHECK(!calloc(huge / 2, 3));
    CHECK_EQ(errno, ENOMEM);
}

static void test_alignment(void)
{
    void *p = NULL;

    for (size_t a = 16; a <= 1 << 16; a *= 2) {
        CHECK_EQ(posix_memalign(&p, a, 100), 0);
        CHECK_EQ((uintptr_t)p % a, 0);
        free(p);
    }
    CHECK_EQ(posix_memalign(&p, 24, 100), EINVAL);
    // Whole pages are pages: programs grant them to other domains.
    for (int n = 1; n < 6; n++) {
        p = malloc(n * 4096);
        CHECK_EQ((uintptr_t)p % 4096, 0);
        free(p);
    }
}

static void test_exhaustion(void)
{
    static void *blocks[4096];
    size_t first = 0, second = 0;

    for (int round = 0; round < 2; round++) {
        size_t n = 0;

        errno = 0;
        while (n < 4096 && (blocks[n] = malloc(100000)))
            n++;
        CHECK_EQ(errno, ENOMEM);
        CHECK(n > 100);
        *(round ? &second : &first) = n;
        while (n)
            free(blocks[--n]);
    }
    CHECK(second + 2 >= first);
    CHECK(!malloc(huge - 100));
}

void test_main(void)
{
    struct thread *t[WORKERS];

    for (uintptr_t i = 0; i < WORKERS; i++)
        CHECK_EQ(thread_create(&t[i], worker, (void *)(i + 1), NULL), 0);
    for (int i = 0; i < WORKERS; i++)
        thread_join(t[i], NULL);
    test_zeroing();
    test_alignment();
    test_exhaustion();
}
