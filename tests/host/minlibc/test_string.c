// SPDX-License-Identifier: BSD-3-Clause
// <string.h> and <ctype.h>: random strings that end at the end of a page, where reading too far
// faults.
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <wchar.h>

#include "check.h"
#include "subject.h"

ML(memcpy);
ML(memmove);
ML(mempcpy);
ML(memset);
ML(memcmp);
ML(memchr);
ML(memrchr);
ML(memccpy);
ML(memmem);
ML(strlen);
ML(strnlen);
ML(strcmp);
ML(strncmp);
ML(strcasecmp);
ML(strncasecmp);
ML(stpcpy);
ML(strcpy);
ML(strncpy);
ML(stpncpy);
ML(strcat);
ML(strncat);
ML(strchr);
ML(strrchr);
ML(strchrnul);
ML(strstr);
ML(strcasestr);
ML(strspn);
ML(strcspn);
ML(strpbrk);
ML(strtok_r);
ML(strsep);
ML(strerror);
ML(strerror_r);
ML(strsignal);
int ml___xpg_strerror_r(int err, char *buf, size_t size);
int __xpg_strerror_r(int err, char *buf, size_t size);

#define PAGE 4096
static char *page_end[4]; // each behind a readable page, before an unreadable one

static void make_pages(void)
{
    for (int i = 0; i < 4; i++) {
        char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(p, PAGE, PROT_NONE);
        mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
        page_end[i] = p + 2 * PAGE;
    }
}

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

// A string of few different characters, so that matches happen, that ends with its page.
static char *random_string(int which, size_t max)
{
    size_t len = check_below(max);
    char *s = page_end[which] - len - 1;
    unsigned int variety = check_below(4) ? 2 : 200;

    for (size_t i = 0; i < len; i++)
        s[i] = variety == 2 ? "abAB"[check_below(4)] : (char)(1 + check_below(255));
    s[len] = 0;
    return s;
}

static void test_moves(void)
{
    static unsigned char a[13000], b[13000], start[13000];

    check_begin("string: moves");
    for (unsigned long i = 0; i < 30000 * check_factor; i++) {
        size_t max = check_below(3) ? 80 : 4000;
        size_t n = check_below(max), from = check_below(64),
               to = check_below(3) ? check_below(64) : from + check_below(2 * n + 2);
        for (size_t j = 0; j < 64; j++)
            start[check_below(sizeof(start))] = (unsigned char)check_random();
        memcpy(a, start, sizeof(a));
        memcpy(b, start, sizeof(b));
        memmove(a + to, a + from, n);
        CHECK(ml_memmove(b + to, b + from, n) == b + to && memcmp(a, b, sizeof(a)) == 0,
              "memmove %zu from %zu to %zu", n, from, to);
        memset(a + from, (int)i, n);
        ml_memset(b + from, (int)i, n);
        CHECK(memcmp(a, b, sizeof(a)) == 0, "memset %zu at %zu", n, from);
        char *s = page_end[0] - n, *d = page_end[1] - n;
        memcpy(s, start, n);
        memset(d, 0, n);
        CHECK(ml_memcpy(d, s, n) == d && memcmp(d, s, n) == 0, "memcpy %zu at the end of a page",
              n);
        CHECK(ml_mempcpy(d, s, n) == d + n, "mempcpy %zu", n);
        if (n) {
            size_t at = check_below(n);
            d[at] ^= (char)(1 + check_below(255));
            CHECK(sign(ml_memcmp(d, s, n)) == sign(memcmp(d, s, n)), "memcmp %zu, differs at %zu",
                  n, at);
        }
    }
    check_end();
}

static void test_searches(void)
{
    check_begin("string: searches");
    for (unsigned long i = 0; i < 50000 * check_factor; i++) {
        char *s = random_string(0, check_below(5) ? 40 : 400),
             *t = random_string(1, check_below(2) ? 4 : 24);
        int c = check_below(3) ? "abAB"[check_below(4)] : (int)check_below(256);
        size_t n = check_below(strlen(s) + 1), len = strlen(s);
        CHECK(ml_strlen(s) == len, "strlen %zu", len);
        CHECK(ml_strnlen(s, n) == strnlen(s, n) && ml_strnlen(s, SIZE_MAX) == len,
              "strnlen %zu of %zu", n, len);
        CHECK(ml_memchr(s, c, n) == memchr(s, c, n), "memchr %d in %zu", c, n);
        CHECK(ml_memrchr(s, c, n) == memrchr(s, c, n), "memrchr %d in %zu", c, n);
        CHECK(ml_strchr(s, c) == strchr(s, c), "strchr %d in '%s'", c, s);
        CHECK(ml_strrchr(s, c) == strrchr(s, c), "strrchr %d in '%s'", c, s);
        CHECK(ml_strchrnul(s, c) == strchrnul(s, c), "strchrnul %d in '%s'", c, s);
        CHECK(ml_strstr(s, t) == strstr(s, t), "strstr '%s' in '%s'", t, s);
        CHECK(ml_strcasestr(s, t) == strcasestr(s, t), "strcasestr '%s' in '%s'", t, s);
        CHECK(ml_memmem(s, n, t, strlen(t)) == memmem(s, n, t, strlen(t)), "memmem '%s' in '%s'", t,
              s);
        CHECK(ml_strspn(s, t) == strspn(s, t), "strspn '%s' in '%s'", t, s);
        CHECK(ml_strcspn(s, t) == strcspn(s, t), "strcspn '%s' in '%s'", t, s);
        CHECK(ml_strpbrk(s, t) == strpbrk(s, t), "strpbrk '%s' in '%s'", t, s);
    }
    // Needles with structure, where a wrong shift of the two-way method shows.
    for (unsigned long i = 0; i < 20000 * check_factor; i++) {
        char hay[300], needle[40] = "";
        size_t period = 1 + check_below(6), len = 2 + check_below(30), n = 100 + check_below(190);
        for (size_t j = 0; j < len; j++)
            needle[j] = j < period ? "ab"[check_below(2)] : needle[j - period];
        if (check_below(2))
            needle[check_below(len)] ^= 3;
        for (size_t j = 0; j < n; j++)
            hay[j] = needle[(j + check_below(8) / 7) % len];
        CHECK(ml_memmem(hay, n, needle, len) == memmem(hay, n, needle, len),
              "memmem '%.*s' in '%.*s'", (int)len, needle, (int)n, hay);
    }
    check_end();
}

static void test_compares(void)
{
    check_begin("string: compares");
    for (unsigned long i = 0; i < 50000 * check_factor; i++) {
        char *s = random_string(0, 30), *t = random_string(1, 30);
        size_t n = check_below(40);
        if (check_below(2)) {
            size_t len = strlen(s);
            t = page_end[1] - len - 1;
            strcpy(t, s);
            if (len)
                t[check_below(len)] ^= (char)(check_below(2) ? 0x20 : check_below(256));
        }
        CHECK(sign(ml_strcmp(s, t)) == sign(strcmp(s, t)), "strcmp '%s' '%s'", s, t);
        CHECK(sign(ml_strncmp(s, t, n)) == sign(strncmp(s, t, n)), "strncmp '%s' '%s' %zu", s, t,
              n);
        CHECK(sign(ml_strcasecmp(s, t)) == sign(strcasecmp(s, t)), "strcasecmp '%s' '%s'", s, t);
        CHECK(sign(ml_strncasecmp(s, t, n)) == sign(strncasecmp(s, t, n)),
              "strncasecmp '%s' '%s' %zu", s, t, n);
    }
    check_end();
}

static void test_builds(void)
{
    char a[200], b[200];

    check_begin("string: builds");
    for (unsigned long i = 0; i < 30000 * check_factor; i++) {
        char *s = random_string(0, 60), *t = random_string(1, 60);
        size_t n = check_below(70);
        memset(a, 'x', sizeof(a));
        memset(b, 'x', sizeof(b));
        CHECK(stpcpy(a, s) - a == ml_stpcpy(b, s) - b, "stpcpy '%s'", s);
        strcat(a, t);
        ml_strcat(b, t);
        strncat(a, s, n);
        ml_strncat(b, s, n);
        CHECK(memcmp(a, b, sizeof(a)) == 0, "strcat '%s' '%s' %zu", s, t, n);
        CHECK(stpncpy(a, t, n) - a == ml_stpncpy(b, t, n) - b, "stpncpy '%s' %zu", t, n);
        CHECK(memcmp(a, b, sizeof(a)) == 0, "strncpy '%s' %zu", t, n);
        n = check_below(strlen(s) + 2);
        CHECK(!memccpy(a, s, 'a', n) == !ml_memccpy(b, s, 'a', n) && memcmp(a, b, sizeof(a)) == 0,
              "memccpy '%s' %zu", s, n);

        char *x = a, *y = b, *save_x, *save_y;
        strcpy(a, s);
        strcpy(b, s);
        const char *delim = t;
        char *p = strtok_r(a, delim, &save_x), *q = ml_strtok_r(b, delim, &save_y);
        while (p && q && p - x == q - y) {
            p = strtok_r(NULL, delim, &save_x);
            q = ml_strtok_r(NULL, delim, &save_y);
        }
        CHECK(!p && !q, "strtok_r '%s' by '%s'", s, delim);
        strcpy(a, s);
        strcpy(b, s);
        do {
            p = strsep(&x, delim);
            q = ml_strsep(&y, delim);
            CHECK((p ? p - a : -1) == (q ? q - b : -1), "strsep '%s' by '%s'", s, delim);
        } while (p && q);
    }
    check_end();
}

static void test_errors(void)
{
    check_begin("string: texts of errors and signals");
    for (int i = -3; i < 150; i++) {
        char a[64], b[64];
        CHECK(strcmp(ml_strerror(i), strerror(i)) == 0, "strerror(%d): '%s'", i, ml_strerror(i));
        size_t size = check_below(sizeof(a));
        memset(a, 'x', sizeof(a));
        memset(b, 'x', sizeof(b));
        int x = __xpg_strerror_r(i, a, size), y = ml___xpg_strerror_r(i, b, size);
        CHECK(strncmp(a, b, size) == 0 && x == y, "strerror_r(%d, %zu): %d, not %d", i, size, y, x);
        if (i < 32)
            CHECK(strcmp(ml_strsignal(i), strsignal(i)) == 0, "strsignal(%d): '%s'", i,
                  ml_strsignal(i));
    }
    check_end();
}

#define CLASS(name)                                        \
    int ml_##name(int c);                                  \
    static void check_##name(int c)                        \
    {                                                      \
        CHECK(!ml_##name(c) == !name(c), #name "(%d)", c); \
    }
CLASS(isalnum)
CLASS(isalpha)
CLASS(isblank)
CLASS(iscntrl)
CLASS(isdigit)
CLASS(isgraph)
CLASS(islower)
CLASS(isprint)
CLASS(ispunct)
CLASS(isspace)
CLASS(isupper)
CLASS(isxdigit)
ML(tolower);
ML(toupper);
ML(__ctype_b_loc);
ML(__ctype_tolower_loc);
ML(__ctype_toupper_loc);

static void test_classes(void)
{
    check_begin("ctype: classes and tables");
    for (int c = -128; c < 256; c++) {
        CHECK((*ml___ctype_b_loc())[c] == (*__ctype_b_loc())[c], "class bits of %d", c);
        CHECK((*ml___ctype_tolower_loc())[c] == (*__ctype_tolower_loc())[c], "tolower table %d", c);
        CHECK((*ml___ctype_toupper_loc())[c] == (*__ctype_toupper_loc())[c], "toupper table %d", c);
        CHECK(ml_tolower(c) == tolower(c), "tolower(%d)", c);
        CHECK(ml_toupper(c) == toupper(c), "toupper(%d)", c);
    }
    for (int c = 0; c < 256; c++) {
        check_isalnum(c);
        check_isalpha(c);
        check_isblank(c);
        check_iscntrl(c);
        check_isdigit(c);
        check_isgraph(c);
        check_islower(c);
        check_isprint(c);
        check_ispunct(c);
        check_isspace(c);
        check_isupper(c);
        check_isxdigit(c);
    }
    check_end();
}

void test_string(void)
{
    make_pages();
    test_moves();
    test_searches();
    test_compares();
    test_builds();
    test_errors();
    test_classes();
}
