// SPDX-License-Identifier: BSD-3-Clause
// Substrings and sets of bytes.
#include <stdbool.h>
#include <string.h>

// Longest needle prefix that is also a suffix costs memory; the two-way method needs none. It
// splits the needle at a critical position (Crochemore and Perrin, 1991): compare the right part
// forwards, then the left part backwards.
static size_t critical_position(const unsigned char *needle, size_t len, bool reverse,
                                size_t *period)
{
    size_t start = (size_t)-1; // of the maximal suffix, less one
    size_t candidate = 0, matched = 1, p = 1;

    while (candidate + matched < len) {
        unsigned char a = needle[start + matched], b = needle[candidate + matched];
        if (a == b) {
            if (matched == p) {
                candidate += p;
                matched = 1;
            } else {
                matched++;
            }
        } else if (reverse ? a < b : a > b) {
            candidate += matched;
            matched = 1;
            p = candidate - start;
        } else {
            start = candidate++;
            matched = p = 1;
        }
    }
    *period = p;
    return start + 1;
}

void *memmem(const void *hay, size_t hay_len, const void *needle, size_t len)
{
    const unsigned char *h = hay, *n = needle;
    size_t period, other_period;

    if (!len)
        return (void *)h;
    if (len == 1)
        return memchr(h, *n, hay_len);
    if (hay_len < len)
        return NULL;

    size_t split = critical_position(n, len, false, &period);
    size_t other = critical_position(n, len, true, &other_period);
    if (other > split) {
        split = other;
        period = other_period;
    }
    // Only a needle that repeats with the period may remember what is already matched.
    bool periodic = memcmp(n, n + period, split) == 0;
    if (!periodic)
        period = (split > len - split ? split : len - split) + 1;

    size_t known = 0;
    for (size_t at = 0; at <= hay_len - len;) {
        size_t i = split > known ? split : known;
        while (i < len && n[i] == h[at + i])
            i++;
        if (i < len) {
            at += i - split + 1;
            known = 0;
            continue;
        }
        i = split;
        while (i > known && n[i - 1] == h[at + i - 1])
            i--;
        if (i <= known)
            return (void *)(h + at);
        at += period;
        known = periodic ? len - period : 0;
    }
    return NULL;
}

char *strstr(const char *hay, const char *needle)
{
    return memmem(hay, strlen(hay), needle, strlen(needle));
}

static int fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

char *strcasestr(const char *hay, const char *needle)
{
    size_t len = strlen(needle);

    for (;; hay++) {
        size_t i = 0;
        while (i < len && hay[i] && fold((unsigned char)hay[i]) == fold((unsigned char)needle[i]))
            i++;
        if (i == len)
            return (char *)hay;
        if (!*hay)
            return NULL;
    }
}

struct byte_set {
    unsigned long bits[256 / (8 * sizeof(unsigned long))];
};

static struct byte_set set_of(const char *s)
{
    struct byte_set set = {};

    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        set.bits[c / (8 * sizeof(long))] |= 1UL << c % (8 * sizeof(long));
    }
    return set;
}

static bool set_has(const struct byte_set *set, char byte)
{
    unsigned char c = (unsigned char)byte;
    return set->bits[c / (8 * sizeof(long))] >> c % (8 * sizeof(long)) & 1;
}

size_t strspn(const char *s, const char *accept)
{
    struct byte_set set = set_of(accept);
    size_t n = 0;

    while (s[n] && set_has(&set, s[n]))
        n++;
    return n;
}

size_t strcspn(const char *s, const char *reject)
{
    struct byte_set set = set_of(reject);
    size_t n = 0;

    while (s[n] && !set_has(&set, s[n]))
        n++;
    return n;
}

char *strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s ? (char *)s : NULL;
}

char *strtok_r(char *restrict s, const char *restrict delim, char **restrict save)
{
    if (!s)
        s = *save;
    s += strspn(s, delim);
    if (!*s) {
        *save = s;
        return NULL;
    }
    char *end = s + strcspn(s, delim);
    *save = *end ? end + 1 : end;
    *end = 0;
    return s;
}

char *strtok(char *restrict s, const char *restrict delim)
{
    static char *save;
    return strtok_r(s, delim, &save);
}

char *strsep(char **restrict s, const char *restrict delim)
{
    char *start = *s;

    if (!start)
        return NULL;
    char *end = start + strcspn(start, delim);
    *s = *end ? end + 1 : NULL;
    *end = 0;
    return start;
}
