// SPDX-License-Identifier: BSD-3-Clause
// <regex.h>: see regex/program.h for how it is done.
#include <stdlib.h>
#include <string.h>

#include "regex/program.h"

// What regex_t has for glibc's own program.
static struct regex *program_of(const regex_t *re)
{
    return (struct regex *)(void *)re->buffer;
}

int regcomp(regex_t *restrict re, const char *restrict pattern, int flags)
{
    struct regex *program = calloc(1, sizeof(*program));

    memset(re, 0, sizeof(*re));
    re->no_sub = flags & REG_NOSUB ? 1 : 0;
    if (!program)
        return REG_ESPACE;
    int rc = regex_parse(program, pattern, flags);
    if (!rc)
        rc = regex_compile(program, !re->no_sub);
    if (rc) {
        regex_free(program);
        return rc;
    }
    re->buffer = (struct re_dfa_t *)(void *)program;
    re->re_nsub = program->groups;
    return 0;
}

// The header declares `matches` as an array of variable length.
#pragma GCC diagnostic ignored "-Wvla-parameter"
int regexec(const regex_t *restrict re, const char *restrict bytes, size_t n,
            regmatch_t *restrict matches, int flags)
{
    const struct regex *program = program_of(re);
    struct text text = {.bytes = bytes, .end = SIZE_MAX};
    size_t from = 0;
    regmatch_t whole = {0, 0};

    if (!program || flags & ~(REG_NOTBOL | REG_NOTEOL | REG_STARTEND))
        return REG_BADPAT;
    text.newline = program->newline;
    text.not_start = flags & REG_NOTBOL;
    text.not_end = flags & REG_NOTEOL;
    if (flags & REG_STARTEND) {
        from = (size_t)matches[0].rm_so;
        text.end = (size_t)matches[0].rm_eo;
        if (from > text.end)
            return REG_NOMATCH;
    }
    if (re->no_sub)
        n = 0;
    int rc = regex_search(program, &text, from, n == 0, &whole);
    if (rc || n == 0)
        return rc;
    matches[0] = whole;
    if (program->groups && n > 1)
        return regex_submatches(program, &text, (size_t)whole.rm_so, (size_t)whole.rm_eo, n,
                                matches);
    for (size_t i = 1; i < n; i++)
        matches[i] = (regmatch_t){-1, -1};
    return 0;
}

size_t regerror(int code, const regex_t *restrict re, char *restrict buf, size_t size)
{
    static const char *const texts[] = {
        [REG_NOERROR] = "no error",
        [REG_NOMATCH] = "no match",
        [REG_BADPAT] = "not a compiled pattern, or flags that do not exist",
        [REG_ECOLLATE] = "no such collating element",
        [REG_ECTYPE] = "no such character class",
        [REG_EESCAPE] = "a backslash at the end",
        [REG_ESUBREG] = "a reference to a group that does not exist",
        [REG_EBRACK] = "a [ without its ]",
        [REG_EPAREN] = "a parenthesis without its partner",
        [REG_EBRACE] = "an interval without its end",
        [REG_BADBR] = "not the numbers of an interval",
        [REG_ERANGE] = "not a range of characters",
        [REG_ESPACE] = "out of memory, or the pattern is too large",
        [REG_BADRPT] = "a repetition of nothing",
        [REG_EEND] = "the pattern ends too early",
        [REG_ESIZE] = "a number of repetitions that is too large",
        [REG_ERPAREN] = "a ) without its (",
    };
    const char *text = code == REG_ENOSYS ? "back-references are not supported"
                       : code >= 0 && (size_t)code < sizeof(texts) / sizeof(texts[0])
                           ? texts[code]
                           : "no such error";
    size_t len = strlen(text) + 1;

    (void)re;
    if (size) {
        size_t room = len < size ? len : size;
        memcpy(buf, text, room);
        buf[room - 1] = 0;
    }
    return len;
}

void regfree(regex_t *re)
{
    if (program_of(re))
        regex_free(program_of(re));
    re->buffer = NULL;
}
