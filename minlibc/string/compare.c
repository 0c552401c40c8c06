// SPDX-License-Identifier: BSD-3-Clause
// Comparing memory and strings, in the order of unsigned bytes.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

#include <ctype.h>
#include <locale.h>
#include <string.h>
#include <strings.h>

#include "string/words.h"

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    while (n >= sizeof(uword_t) && *(const uword_t *)x == *(const uword_t *)y) {
        x += sizeof(uword_t);
        y += sizeof(uword_t);
        n -= sizeof(uword_t);
    }
    for (; n; n--, x++, y++) {
        if (*x != *y)
            return *x - *y;
    }
    return 0;
}

int bcmp(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n);
}

int strcmp(const char *a, const char *b)
{
    const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;

    while (*x && *x == *y) {
        x++;
        y++;
    }
    return *x - *y;
}

int strncmp(const char *a, const char *b, size_t n)
{
    const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;

    for (; n; n--, x++, y++) {
        if (*x != *y || !*x)
            return *x - *y;
    }
    return 0;
}

static inline int fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

int strcasecmp(const char *a, const char *b)
{
    const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;

    while (*x && fold(*x) == fold(*y)) {
        x++;
        y++;
    }
    return fold(*x) - fold(*y);
}

int strncasecmp(const char *a, const char *b, size_t n)
{
    const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;

    for (; n; n--, x++, y++) {
        if (fold(*x) != fold(*y) || !*x)
            return fold(*x) - fold(*y);
    }
    return 0;
}

// The only collation is that of the C locale.
int strcoll(const char *a, const char *b)
{
    return strcmp(a, b);
}

size_t strxfrm(char *restrict dst, const char *restrict src, size_t n)
{
    size_t len = strlen(src);

    if (n)
        memcpy(dst, src, len < n ? len + 1 : n);
    return len;
}
