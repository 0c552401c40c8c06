// SPDX-License-Identifier: BSD-3-Clause
// Counting, and random numbers that the seed repeats.
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How many times the usual number of random cases.
extern unsigned long check_factor;

// A group of checks: one line of the report. Its checks fail into it.
void check_begin(const char *name);
void check_end(void);
void check_skip(const char *why);

// Record a failure of the group, as for printf(); the first few are shown.
void check_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define CHECK(condition, ...)        \
    do {                             \
        if (!(condition))            \
            check_fail(__VA_ARGS__); \
    } while (0)

uint64_t check_random(void);
// 0..n-1.
size_t check_below(size_t n);

void test_string(void);
void test_convert(void);
void test_printf(void);
void test_sort(void);
void test_malloc(void);
void test_time(void);
void test_text(void);
void test_files(void);
void test_descriptors(void);
void test_streams(void);
void test_process(void);
void test_threads(void);
void test_regex(void);

#endif
