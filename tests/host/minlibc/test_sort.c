// SPDX-License-Identifier: BSD-3-Clause
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "subject.h"

ML(qsort);
ML(bsearch);

static unsigned long comparisons;

static int by_value(const void *a, const void *b)
{
    int x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    comparisons++;
    return (x > y) - (x < y);
}

enum shape { RANDOM, SORTED, REVERSED, EQUAL, FEW, ORGAN, SAW, SHAPES };

static int value(enum shape shape, size_t i, size_t n)
{
    switch (shape) {
    case SORTED: return (int)i;
    case REVERSED: return (int)(n - i);
    case EQUAL: return 7;
    case FEW: return (int)check_below(3);
    case ORGAN: return (int)(i < n / 2 ? i : n - i);
    case SAW: return (int)(i % 16);
    default: return (int)check_random();
    }
}

// McIlroy's adversary (1999): it decides the order of elements while they are compared, so that
// pivots turn out bad.
static int *solid, adversary_next, adversary_candidate;
static size_t adversary_gas;

static int adversary(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    comparisons++;
    if (solid[x] == (int)adversary_gas && solid[y] == (int)adversary_gas)
        solid[x == adversary_candidate ? x : y] = adversary_next++;
    if (solid[x] == (int)adversary_gas)
        adversary_candidate = x;
    else if (solid[y] == (int)adversary_gas)
        adversary_candidate = y;
    return solid[x] - solid[y];
}

static void check_sort(enum shape shape, size_t n, size_t size)
{
    char *a = calloc(n + 1, size), *b = calloc(n + 1, size);

    for (size_t i = 0; i < n; i++) {
        int v = value(shape, i, n);
        memcpy(a + i * size, &v, sizeof(v));
        // What travels with the key shows whether elements were moved whole.
        for (size_t j = sizeof(v); j < size; j++)
            a[i * size + j] = (char)((unsigned int)v * 31 + j);
    }
    memcpy(b, a, n * size);
    qsort(b, n, size, by_value);
    comparisons = 0;
    ml_qsort(a, n, size, by_value);
    CHECK(memcmp(a, b, n * size) == 0, "shape %d, %zu elements of %zu bytes", shape, n, size);
    double bound = 60;
    for (size_t i = n; i; i >>= 1)
        bound += 3.0 * (double)n;
    CHECK((double)comparisons <= bound, "shape %d, %zu elements: %lu comparisons", shape, n,
          comparisons);
    int key = n ? *(int *)(void *)(a + check_below(n) * size) : 1;
    const char *hit = ml_bsearch(&key, a, n, size, by_value);
    CHECK(n ? hit && *(const int *)(const void *)hit == key : !hit, "bsearch");
    key = (int)check_random();
    CHECK(!ml_bsearch(&key, a, n, size, by_value) == !bsearch(&key, a, n, size, by_value),
          "bsearch of any key");
    free(a);
    free(b);
}

void test_sort(void)
{
    check_begin("stdlib: qsort and bsearch");
    for (unsigned long i = 0; i < 40 * check_factor; i++) {
        for (enum shape s = 0; s < SHAPES; s++) {
            check_sort(s, check_below(30), 4 + 4 * check_below(6));
            check_sort(s, check_below(3000), 4 + 4 * check_below(4));
        }
    }
    size_t n = 20000;
    int *order = calloc(n, sizeof(int));
    solid = calloc(n, sizeof(int));
    adversary_gas = n;
    for (size_t i = 0; i < n; i++) {
        order[i] = (int)i;
        solid[i] = (int)n;
    }
    comparisons = 0;
    ml_qsort(order, n, sizeof(int), adversary);
    CHECK(comparisons < 60 * n, "adversary: %lu comparisons for %zu elements", comparisons, n);
    free(order);
    free(solid);
    check_end();
}
