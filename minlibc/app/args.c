// SPDX-License-Identifier: BSD-3-Clause
#include <string.h>

#include "app/args.h"

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Copy one word. Returns where reading stopped; *out moves behind the word's end.
static const char *take_word(const char *p, char **out, bool *unterminated)
{
    char quote = 0;

    for (; *p && (quote || !is_blank(*p)); p++) {
        char c = *p;
        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? 0 : c;
            continue;
        }
        if (c == '\\' && quote != '\'') {
            bool escapes = !quote || (p[1] && strchr("\"\\$`", p[1]));
            if (!p[1])
                *unterminated = true;
            else if (escapes)
                c = *++p;
        }
        *(*out)++ = c;
    }
    *unterminated |= quote != 0;
    *(*out)++ = 0;
    return p;
}

struct args_words args_split(const char *line, char *text, char **words, size_t max)
{
    struct args_words r = {};
    const char *p = line;

    for (;;) {
        while (is_blank(*p))
            p++;
        if (!*p)
            return r;
        if (r.nr == max) {
            r.too_many = true;
            return r;
        }
        words[r.nr++] = text;
        p = take_word(p, &text, &r.unterminated);
    }
}
