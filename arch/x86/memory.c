// SPDX-License-Identifier: BSD-3-Clause
// The kernel side's memory functions (see arch/kernel.h). String instructions: on hardware they run
// at full width without touching vector registers.
#include <arch/config.h>
#include <arch/kernel.h>
#include <stdint.h>

#define WORD sizeof(long)
#if CONFIG_64BIT
#define REP_MOVS "rep movsq"
#define REP_STOS "rep stosq"
#else
#define REP_MOVS "rep movsl"
#define REP_STOS "rep stosl"
#endif

void *memcpy(void *dest, const void *src, size_t n)
{
    void *d = dest;
    size_t words = n / WORD;
    size_t rest = n % WORD;

    __asm__ volatile(REP_MOVS : "+D"(d), "+S"(src), "+c"(words)::"memory");
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(rest)::"memory");
    return dest;
}

void *memmove(void *dest, const void *src, size_t n)
{
    unsigned char *d = dest;
    const unsigned char *s = src;

    if ((uintptr_t)d - (uintptr_t)s >= n)
        return memcpy(dest, src, n);
    while (n--)
        d[n] = s[n];
    return dest;
}

void *memset(void *dest, int c, size_t n)
{
    void *d = dest;
    unsigned long pattern = (unsigned char)c * (~0UL / 0xff); // the byte in all places
    size_t words = n / WORD;
    size_t rest = n % WORD;

    __asm__ volatile(REP_STOS : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(pattern) : "memory");
    return dest;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i])
            return x[i] - y[i];
    }
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}
