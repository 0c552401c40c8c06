// SPDX-License-Identifier: BSD-3-Clause
// fuzz_regex FACTOR SEED: random patterns on random text under the sanitizers; what a match says
// must make sense.
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

#include "fuzz.h"

#define GROUPS 8

static void random_bytes(char *out, const char *alphabet, size_t max)
{
    size_t n = fuzz_below(max);

    for (size_t i = 0; i < n; i++) {
        out[i] = fuzz_below(40) ? alphabet[fuzz_below(strlen(alphabet))] : (char)fuzz_random();
        if (!out[i])
            out[i] = 1;
    }
    out[n] = 0;
}

static void one(unsigned long *compiled, unsigned long *matched)
{
    char pattern[60], text[60];
    regmatch_t m[GROUPS];
    regex_t re;

    random_bytes(pattern, fuzz_below(2) ? "ab(|)*" : "ab\xc3\xa4.[]^$*\\(){}|+?:-,1234", 50);
    random_bytes(text, "abc\xc3\xa4\n", 50);
    char *p = fuzz_copy(pattern, strlen(pattern) + 1), *t = fuzz_copy(text, strlen(text) + 1);
    int rc = regcomp(&re, p, (int)fuzz_below(8));
    free(p);
    if (rc < REG_ENOSYS || rc > REG_ERPAREN)
        abort();
    if (rc) {
        free(t);
        return;
    }
    ++*compiled;
    size_t nr = fuzz_below(GROUPS + 1), len = strlen(text), from = 0;
    int flags = (int)fuzz_below(4);
    if (nr && fuzz_below(3) == 0) {
        // No NUL at the end, to be seen when one is looked for.
        flags |= REG_STARTEND;
        free(t);
        t = fuzz_copy(text, len);
        from = fuzz_below(len + 1);
        m[0] = (regmatch_t){(regoff_t)from, (regoff_t)len};
    }
    rc = regexec(&re, t, nr, m, flags);
    if (rc && rc != REG_NOMATCH)
        abort();
    *matched += rc == 0;
    for (size_t i = 0; rc == 0 && i < nr; i++) {
        bool unset = m[i].rm_so == -1 && m[i].rm_eo == -1;
        if (unset ? i == 0
                  : m[i].rm_so < m[0].rm_so || m[i].rm_so > m[i].rm_eo || m[i].rm_eo > m[0].rm_eo)
            abort();
        if (i == 0 && ((size_t)m[0].rm_so < from || (size_t)m[0].rm_eo > len))
            abort();
        if (!unset && i > re.re_nsub)
            abort();
    }
    regfree(&re);
    free(t);
}

int main(int argc, char **argv)
{
    unsigned long factor, compiled = 0, matched = 0;

    fuzz_seed(argc, argv, &factor);
    for (unsigned long i = 0; i < 200000 * factor; i++)
        one(&compiled, &matched);
    printf("ok   fuzz regex: %lu patterns, %lu without error, %lu matches\n", 200000 * factor,
           compiled, matched);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
