// SPDX-License-Identifier: BSD-3-Clause
// minlibc-test FACTOR SEED
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "shim.h"

#define SHOWN 5

unsigned long check_factor = 1;

static uint64_t state = 1;
static const char *group;
static unsigned long failures;
static unsigned int passed, failed, skipped;

void check_begin(const char *name)
{
    group = name;
    failures = 0;
}

void check_end(void)
{
    if (failures) {
        printf("FAIL %s: %lu failures\n", group, failures);
        failed++;
    } else {
        printf("ok   %s\n", group);
        passed++;
    }
    fflush(stdout);
}

void check_skip(const char *why)
{
    printf("skip %s: %s\n", group, why);
    skipped++;
}

void check_fail(const char *format, ...)
{
    va_list ap;

    if (failures++ >= SHOWN)
        return;
    printf("     %s: ", group);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    putchar('\n');
}

uint64_t check_random(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dULL;
}

size_t check_below(size_t n)
{
    return (size_t)((check_random() >> 32) * n >> 32);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        check_factor = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        state = strtoul(argv[2], NULL, 10) * 0x9e3779b97f4a7c15ULL | 1;
    shim_start();
    test_string();
    test_convert();
    test_printf();
    test_sort();
    test_malloc();
    test_time();
    test_text();
    test_regex();
    test_files();
    test_descriptors();
    test_streams();
    test_process();
    test_threads();
    printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
    return failed != 0;
}
