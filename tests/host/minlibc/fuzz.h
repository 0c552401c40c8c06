// SPDX-License-Identifier: BSD-3-Clause
// Random input for the fuzzers: mutations of good input.
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t fuzz_state = 1;

static inline uint64_t fuzz_random(void)
{
    fuzz_state ^= fuzz_state >> 12;
    fuzz_state ^= fuzz_state << 25;
    fuzz_state ^= fuzz_state >> 27;
    return fuzz_state * 0x2545f4914f6cdd1dULL;
}

static inline size_t fuzz_below(size_t n)
{
    return (size_t)((fuzz_random() >> 32) * n >> 32);
}

static inline void fuzz_seed(int argc, char **argv, unsigned long *factor)
{
    *factor = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    fuzz_state = (argc > 2 ? strtoul(argv[2], NULL, 10) : 1) * 0x9e3779b97f4a7c15ULL | 1;
}

// A copy of exactly len bytes on the heap, where the sanitizer sees a byte too far.
static inline char *fuzz_copy(const char *data, size_t len)
{
    char *p = malloc(len ? len : 1);
    if (!p)
        abort();
    memcpy(p, data, len);
    return p;
}

#endif
