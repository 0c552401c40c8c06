// SPDX-License-Identifier: BSD-3-Clause
// Finding a byte or the end of a string, a word at a time. Aligned words never reach into a page
// that the string does not touch.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

#include <string.h>
#include <strings.h>

#include "string/words.h"

size_t strlen(const char *s)
{
    uintptr_t skew = (uintptr_t)s % sizeof(word_t);
    const word_t *w = (const word_t *)(s - skew);
    // Bytes before the string are made to look non-zero.
    uintptr_t zeros = word_zero_bytes(*w | (((uintptr_t)1 << skew * 8) - 1));

    while (!zeros)
        zeros = word_zero_bytes(*++w);
    return (size_t)((const char *)w - s) + word_first(zeros);
}

size_t strnlen(const char *s, size_t max)
{
    const char *end = memchr(s, 0, max);
    return end ? (size_t)(end - s) : max;
}

void *memchr(const void *mem, int c, size_t n)
{
    const unsigned char *s = mem;
    unsigned char byte = (unsigned char)c;
    uintptr_t pattern = WORD_ONES * byte;

    for (; n && (uintptr_t)s % sizeof(word_t); n--, s++) {
        if (*s == byte)
            return (void *)s;
    }
    for (; n >= sizeof(word_t); n -= sizeof(word_t), s += sizeof(word_t)) {
        uintptr_t hits = word_zero_bytes(*(const word_t *)s ^ pattern);
        if (hits)
            return (void *)(s + word_first(hits));
    }
    for (; n; n--, s++) {
        if (*s == byte)
            return (void *)s;
    }
    return NULL;
}

void *rawmemchr(const void *mem, int c)
{
    return memchr(mem, c, (size_t)-1 - (uintptr_t)mem);
}

void *memrchr(const void *mem, int c, size_t n)
{
    const unsigned char *s = mem;

    while (n--) {
        if (s[n] == (unsigned char)c)
            return (void *)(s + n);
    }
    return NULL;
}

char *strchrnul(const char *s, int c)
{
    uintptr_t pattern = WORD_ONES * (unsigned char)c;

    for (; (uintptr_t)s % sizeof(word_t); s++) {
        if (!*s || *s == (char)c)
            return (char *)s;
    }
    for (;; s += sizeof(word_t)) {
        uintptr_t w = *(const word_t *)s;
        if (word_zero_bytes(w) | word_zero_bytes(w ^ pattern))
            break;
    }
    while (*s && *s != (char)c)
        s++;
    return (char *)s;
}

char *strchr(const char *s, int c)
{
    char *hit = strchrnul(s, c);
    return *hit == (char)c ? hit : NULL;
}

char *strrchr(const char *s, int c)
{
    return memrchr(s, c, strlen(s) + 1);
}

char *index(const char *s, int c)
{
    return strchr(s, c);
}

char *rindex(const char *s, int c)
{
    return strrchr(s, c);
}
