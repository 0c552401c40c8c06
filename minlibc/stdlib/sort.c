// SPDX-License-Identifier: BSD-3-Clause
// Sorting and searching arrays. qsort() takes no memory and never degenerates: quicksort that turns
// to heapsort when the partitions go bad.
#include <stdlib.h>
#include <string.h>

#include "string/words.h"

struct sort {
    size_t size;
    int (*compare)(const void *, const void *, void *);
    void *arg;
};

static void swap(char *a, char *b, size_t size)
{
    for (; size >= sizeof(uword_t); size -= sizeof(uword_t)) {
        uword_t t = *(uword_t *)a;
        *(uword_t *)a = *(uword_t *)b;
        *(uword_t *)b = t;
        a += sizeof(uword_t);
        b += sizeof(uword_t);
    }
    for (; size; size--) {
        char t = *a;
        *a++ = *b;
        *b++ = t;
    }
}

static void sift_down(const struct sort *s, char *base, size_t root, size_t n)
{
    size_t child;

    while ((child = 2 * root + 1) < n) {
        char *c = base + child * s->size;
        if (child + 1 < n && s->compare(c, c + s->size, s->arg) < 0) {
            child++;
            c += s->size;
        }
        char *r = base + root * s->size;
        if (s->compare(r, c, s->arg) >= 0)
            return;
        swap(r, c, s->size);
        root = child;
    }
}

static void heap_sort(const struct sort *s, char *base, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(s, base, i, n);
    while (n > 1) {
        n--;
        swap(base, base + n * s->size, s->size);
        sift_down(s, base, 0, n);
    }
}

static void insertion_sort(const struct sort *s, char *base, size_t n)
{
    char *end = base + n * s->size;

    for (char *i = base + s->size; i < end; i += s->size) {
        for (char *j = i; j > base && s->compare(j - s->size, j, s->arg) > 0; j -= s->size)
            swap(j - s->size, j, s->size);
    }
}

// Put the median of first, middle and last into first.
static void choose_pivot(const struct sort *s, char *base, size_t n)
{
    char *middle = base + n / 2 * s->size, *last = base + (n - 1) * s->size;

    if (s->compare(middle, last, s->arg) > 0)
        swap(middle, last, s->size);
    if (s->compare(base, middle, s->arg) < 0)
        swap(base, middle, s->size);
    if (s->compare(base, last, s->arg) > 0)
        swap(base, last, s->size);
}

static void quick_sort(const struct sort *s, char *base, size_t n, unsigned int depth)
{
    while (n > 12) {
        if (depth-- == 0) {
            heap_sort(s, base, n);
            return;
        }
        choose_pivot(s, base, n);
        char *i = base, *j = base + n * s->size;
        // Equal elements stop both scans, so that arrays of few values split evenly.
        for (;;) {
            do {
                i += s->size;
            } while (i < base + n * s->size && s->compare(i, base, s->arg) < 0);
            do {
                j -= s->size;
            } while (j > base && s->compare(j, base, s->arg) > 0);
            if (i >= j)
                break;
            swap(i, j, s->size);
        }
        swap(base, j, s->size);

        size_t left = (size_t)(j - base) / s->size;
        size_t right = n - left - 1;
        // Recursion takes the smaller part: the stack stays logarithmic.
        if (left < right) {
            quick_sort(s, base, left, depth);
            base = j + s->size;
            n = right;
        } else {
            quick_sort(s, j + s->size, right, depth);
            n = left;
        }
    }
    insertion_sort(s, base, n);
}

void qsort_r(void *base, size_t n, size_t size, __compar_d_fn_t compare, void *arg)
{
    struct sort s = {.size = size, .compare = compare, .arg = arg};
    unsigned int depth = 0;

    if (n < 2 || !size)
        return;
    for (size_t i = n; i; i >>= 1)
        depth += 2;
    quick_sort(&s, base, n, depth);
}

static int call_plain(const void *a, const void *b, void *arg)
{
    __compar_fn_t *compare = arg;
    return (*compare)(a, b);
}

void qsort(void *base, size_t n, size_t size, __compar_fn_t compare)
{
    qsort_r(base, n, size, call_plain, &compare);
}

void *bsearch(const void *key, const void *base, size_t n, size_t size, __compar_fn_t compare)
{
    const char *p = base;

    while (n) {
        const char *middle = p + n / 2 * size;
        int order = compare(key, middle);
        if (!order)
            return (void *)middle;
        if (order > 0) {
            p = middle + size;
            n -= n / 2 + 1;
        } else {
            n /= 2;
        }
    }
    return NULL;
}
