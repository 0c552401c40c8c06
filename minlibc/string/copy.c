// SPDX-License-Identifier: BSD-3-Clause
// Moving and filling memory.
//
// The compiler may turn a loop that copies or fills into a call of the very function that contains
// it: that pattern is off here.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "string/words.h"

typedef unsigned char block_t __attribute__((vector_size(16), aligned(1), may_alias));

// From here on the microcode's string instructions win over a loop.
#define REP_MIN 1024

// n <= 32: everything is loaded before anything is stored, so overlap does not matter.
static inline void copy_small(char *d, const char *s, size_t n)
{
    if (n >= 16) {
        block_t a = *(const block_t *)s;
        block_t b = *(const block_t *)(s + n - 16);
        *(block_t *)d = a;
        *(block_t *)(d + n - 16) = b;
    } else if (n >= 8) {
        u32_un a = *(const u32_un *)s, b = *(const u32_un *)(s + 4);
        u32_un y = *(const u32_un *)(s + n - 8), z = *(const u32_un *)(s + n - 4);
        *(u32_un *)d = a;
        *(u32_un *)(d + 4) = b;
        *(u32_un *)(d + n - 8) = y;
        *(u32_un *)(d + n - 4) = z;
    } else if (n >= 4) {
        u32_un a = *(const u32_un *)s, b = *(const u32_un *)(s + n - 4);
        *(u32_un *)d = a;
        *(u32_un *)(d + n - 4) = b;
    } else if (n >= 2) {
        u16_un a = *(const u16_un *)s, b = *(const u16_un *)(s + n - 2);
        *(u16_un *)d = a;
        *(u16_un *)(d + n - 2) = b;
    } else if (n) {
        *d = *s;
    }
}

// n > 32, and d is not inside (s, s + n).
static inline void copy_forward(char *d, const char *s, size_t n)
{
    if (n >= REP_MIN) {
        __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
        return;
    }
    block_t last = *(const block_t *)(s + n - 16);
    char *end = d + n - 16;
    do {
        *(block_t *)d = *(const block_t *)s;
        d += 16;
        s += 16;
    } while (d < end);
    *(block_t *)end = last;
}

// n > 32, and d is above s.
static inline void copy_backward(char *d, const char *s, size_t n)
{
    block_t first = *(const block_t *)s;
    char *start = d;

    while (n > 16) {
        n -= 16;
        *(block_t *)(d + n) = *(const block_t *)(s + n);
    }
    *(block_t *)start = first;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    if (n <= 32)
        copy_small(dst, src, n);
    else
        copy_forward(dst, src, n);
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    if (n <= 32)
        copy_small(dst, src, n);
    else if ((uintptr_t)dst - (uintptr_t)src >= n)
        copy_forward(dst, src, n);
    else
        copy_backward(dst, src, n);
    return dst;
}

void *mempcpy(void *restrict dst, const void *restrict src, size_t n)
{
    return (char *)memcpy(dst, src, n) + n;
}

void *memset(void *dst, int c, size_t n)
{
    char *d = dst;
    unsigned char byte = (unsigned char)c;

    if (n >= REP_MIN) {
        __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(byte) : "memory");
        return dst;
    }
    if (n >= 16) {
        block_t v = (block_t){} + byte;
        char *end = d + n - 16;
        for (; d < end; d += 16)
            *(block_t *)d = v;
        *(block_t *)end = v;
        return dst;
    }
    if (n >= 4) {
        uint32_t v = byte * 0x01010101u;
        char *end = d + n - 4;
        for (; d < end; d += 4)
            *(u32_un *)d = v;
        *(u32_un *)end = v;
        return dst;
    }
    while (n--)
        *d++ = (char)byte;
    return dst;
}

void bzero(void *dst, size_t n)
{
    memset(dst, 0, n);
}

void explicit_bzero(void *dst, size_t n)
{
    memset(dst, 0, n);
    __asm__ volatile("" : : "r"(dst) : "memory");
}

void bcopy(const void *src, void *dst, size_t n)
{
    memmove(dst, src, n);
}

void *memccpy(void *restrict dst, const void *restrict src, int c, size_t n)
{
    const char *end = memchr(src, c, n);

    if (end)
        return mempcpy(dst, src, (size_t)(end - (const char *)src) + 1);
    memcpy(dst, src, n);
    return NULL;
}

void swab(const void *restrict from, void *restrict to, ssize_t n)
{
    const char *s = from;
    char *d = to;

    for (; n > 1; n -= 2, s += 2, d += 2) {
        char first = s[0];
        d[0] = s[1];
        d[1] = first;
    }
}
