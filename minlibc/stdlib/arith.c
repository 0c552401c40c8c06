// SPDX-License-Identifier: BSD-3-Clause
// Integer arithmetic and the small pseudo-random generators.
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>
#include <string.h>

int(abs)(int v)
{
    return v < 0 ? -v : v;
}

long(labs)(long v)
{
    return v < 0 ? -v : v;
}

long long(llabs)(long long v)
{
    return v < 0 ? -v : v;
}

intmax_t(imaxabs)(intmax_t v)
{
    return v < 0 ? -v : v;
}

div_t div(int a, int b)
{
    return (div_t){a / b, a % b};
}

ldiv_t ldiv(long a, long b)
{
    return (ldiv_t){a / b, a % b};
}

lldiv_t lldiv(long long a, long long b)
{
    return (lldiv_t){a / b, a % b};
}

imaxdiv_t imaxdiv(intmax_t a, intmax_t b)
{
    return (imaxdiv_t){a / b, a % b};
}

int(ffs)(int v)
{
    return __builtin_ffs(v);
}

int(ffsl)(long v)
{
    return __builtin_ffsl(v);
}

int(ffsll)(long long v)
{
    return __builtin_ffsll(v);
}

// The sequence is not that of another C library: it is xorshift64* (Marsaglia; Vigna), the upper
// bits.
static uint32_t next_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (uint32_t)(x * 0x2545f4914f6cdd1dULL >> 33);
}

static uint64_t seeded(unsigned int seed)
{
    return (uint64_t)seed << 32 ^ 0x9e3779b97f4a7c15ULL;
}

static __thread uint64_t random_state;

long random(void)
{
    if (!random_state)
        random_state = seeded(1);
    return (long)next_random(&random_state);
}

void srandom(unsigned int seed)
{
    random_state = seeded(seed);
}

int rand(void)
{
    return (int)random();
}

void srand(unsigned int seed)
{
    srandom(seed);
}

int rand_r(unsigned int *seed)
{
    uint64_t state = seeded(*seed);
    int value = (int)next_random(&state);

    *seed = (unsigned int)(state >> 16);
    return value;
}
