// SPDX-License-Identifier: BSD-3-Clause
// Regular expressions are not implemented: every pattern is refused. GHC's linker refers to them.
#include <regex.h>
#include <stdio.h>

int regcomp(regex_t *restrict re, const char *restrict pattern, int flags)
{
    (void)pattern;
    (void)flags;
    re->re_nsub = 0;
    return REG_ENOSYS;
}

// The header declares `matches` as an array of variable length.
#pragma GCC diagnostic ignored "-Wvla-parameter"
int regexec(const regex_t *restrict re, const char *restrict text, size_t n,
            regmatch_t *restrict matches, int flags)
{
    (void)re;
    (void)text;
    (void)n;
    (void)matches;
    (void)flags;
    return REG_ENOSYS;
}

size_t regerror(int code, const regex_t *restrict re, char *restrict buf, size_t size)
{
    (void)re;
    int len = snprintf(buf, size, "%s",
                       code == 0            ? "Success"
                       : code == REG_ENOSYS ? "Regular expressions are not supported"
                                            : "No match");
    return (size_t)len + 1;
}

void regfree(regex_t *re)
{
    (void)re;
}
