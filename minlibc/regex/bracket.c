// SPDX-License-Identifier: BSD-3-Clause
#include <ctype.h>
#include <string.h>

#include "locale/utf8.h"
#include "regex/bracket.h"

#define NAME_MAX_LENGTH 31 // of what is between [: and :]

static uint32_t decode(const char *s, size_t len, size_t *taken)
{
    uint32_t c;
    int n = utf8_decode(s, len, &c);

    *taken = n > 0 ? (size_t)n : 1;
    return n > 0 ? c : BYTE_BASE + (unsigned char)*s;
}

uint32_t regex_decode(const struct text *t, size_t *at)
{
    const char *s = t->bytes + *at;
    size_t len = 1, taken;

    if (!(*s & 0x80)) {
        ++*at;
        return (unsigned char)*s;
    }
    while (len < UTF8_MAX && !regex_at_end(t, *at + len))
        len++;
    uint32_t c = decode(s, len, &taken);
    *at += taken;
    return c;
}

uint32_t pattern_next(struct pattern *in)
{
    size_t taken;
    uint32_t c = decode(in->at, strnlen(in->at, UTF8_MAX), &taken);

    in->at += taken;
    return c;
}

uint32_t pattern_other_case(const struct pattern *in, uint32_t c)
{
    if (!in->ignore_case || c > 127 || !isalpha((int)c))
        return c;
    return c ^ 0x20;
}

uint32_t bracket_new_set(struct regex *re)
{
    if (!regex_grow(&re->sets, &re->nr_sets, sizeof(*re->sets)))
        return NONE;
    re->sets[re->nr_sets.nr - 1] = (struct set){.first = re->nr_ranges.nr};
    return re->nr_sets.nr - 1;
}

bool bracket_add(struct regex *re, uint32_t low, uint32_t high)
{
    struct set *s = &re->sets[re->nr_sets.nr - 1];

    for (; low <= high && low < 128; low++)
        s->ascii[low / 32] |= 1u << low % 32;
    if (low > high)
        return true;
    if (!regex_grow(&re->ranges, &re->nr_ranges, sizeof(*re->ranges)))
        return false;
    re->ranges[re->nr_ranges.nr - 1] = (struct range){low, high};
    s->nr++;
    return true;
}

static void negate(struct set *s)
{
    s->negated = !s->negated;
    for (int i = 0; i < 4; i++)
        s->ascii[i] = ~s->ascii[i];
}

static void without(struct set *s, char c)
{
    s->ascii[(unsigned char)c / 32] &= ~(1u << c % 32);
}

uint32_t bracket_any(struct regex *re)
{
    uint32_t set = bracket_new_set(re);

    if (set == NONE)
        return NONE;
    negate(&re->sets[set]);
    without(&re->sets[set], 0);
    if (re->newline)
        without(&re->sets[set], '\n');
    return set;
}

typedef int (*class_fn)(int);

// False when there is no such class.
static bool add_class(struct regex *re, const char *name, size_t len)
{
    static const struct {
        char name[8];
        class_fn is;
    } classes[] = {
        {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
        {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
        {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
            continue;
        for (uint32_t c = 0; c < 128; c++) {
            if (classes[i].is((int)c))
                bracket_add(re, c, c); // ASCII takes no memory
        }
        return true;
    }
    return false;
}

uint32_t bracket_class(struct regex *re, char letter)
{
    uint32_t set = bracket_new_set(re);

    if (set == NONE)
        return NONE;
    if (letter == 'w' || letter == 'W') {
        add_class(re, "alnum", 5);
        bracket_add(re, '_', '_');
    } else {
        add_class(re, "space", 5);
    }
    if (letter == 'W' || letter == 'S')
        negate(&re->sets[set]);
    return set;
}

// One element: a character, or a class that has been added to the set.
struct element {
    uint32_t c;
    bool is_class;
};

static bool add_with_case(struct regex *re, const struct pattern *in, uint32_t low, uint32_t high)
{
    if (!bracket_add(re, low, high))
        return false;
    for (uint32_t c = low; in->ignore_case && c <= high && c < 128; c++) {
        uint32_t other = pattern_other_case(in, c);
        bracket_add(re, other, other);
    }
    return true;
}

// What follows `[.`, `[=` or `[:`, up to the same before a `]`.
static int symbol(struct regex *re, struct pattern *in, char kind, struct element *e)
{
    const char *start = in->at;
    size_t len = 0;

    while (len <= NAME_MAX_LENGTH && start[len] && !(start[len] == kind && start[len + 1] == ']'))
        len++;
    if (len > NAME_MAX_LENGTH || !start[len])
        return REG_EBRACK;
    in->at += len + 2;
    if (kind == ':') {
        // Without case, upper and lower are all letters.
        bool letters = in->ignore_case && len == 5 &&
                       (memcmp(start, "upper", 5) == 0 || memcmp(start, "lower", 5) == 0);
        e->is_class = true;
        return add_class(re, letters ? "alpha" : start, len) ? 0 : REG_ECTYPE;
    }
    // Each character is its own collating element and its own equivalence class.
    size_t taken = 0;
    if (len)
        e->c = decode(start, len, &taken);
    if (!len || taken != len)
        return REG_ECOLLATE;
    if (kind != '=')
        return 0;
    e->is_class = true; // cannot be the end of a range
    return add_with_case(re, in, e->c, e->c) ? 0 : REG_ESPACE;
}

static int element(struct regex *re, struct pattern *in, bool hyphen_allowed, struct element *e)
{
    *e = (struct element){0};
    if (!*in->at)
        return REG_EBRACK;
    if (in->at[0] == '[' && in->at[1] && strchr(".=:", in->at[1])) {
        in->at += 2;
        return symbol(re, in, in->at[-1], e);
    }
    if (in->at[0] == '-' && !hyphen_allowed && in->at[1] != ']')
        return REG_ERANGE;
    e->c = pattern_next(in);
    return 0;
}

int bracket_parse(struct regex *re, struct pattern *in, uint32_t *set)
{
    bool negated = *in->at == '^';

    in->at += negated;
    *set = bracket_new_set(re);
    if (*set == NONE)
        return REG_ESPACE;
    // A `]` that comes first is one of the characters.
    for (bool first = true; first || *in->at != ']'; first = false) {
        struct element low, high;
        int rc = element(re, in, first, &low);
        if (rc)
            return rc;
        high = low;
        if (!low.is_class && in->at[0] == '-' && in->at[1] != ']') {
            in->at++;
            rc = element(re, in, true, &high);
            if (rc)
                return rc;
            if (high.is_class || low.c > high.c)
                return REG_ERANGE;
        }
        if (!low.is_class && !add_with_case(re, in, low.c, high.c))
            return REG_ESPACE;
    }
    in->at++;
    if (negated) {
        negate(&re->sets[*set]);
        if (re->newline)
            without(&re->sets[*set], '\n');
    }
    return 0;
}
