// SPDX-License-Identifier: BSD-3-Clause
// From a pattern to its tree, basic and extended syntax with GNU's additions (\+ \? \| in basic
// patterns; \w \W \s \S \b \B \< \> \` \' in both). What the standard leaves open is decided as in
// glibc.
#include <stdlib.h>
#include <string.h>

#include "regex/bracket.h"

enum token_kind {
    TOKEN_END,
    TOKEN_CHAR,
    TOKEN_ANY,
    TOKEN_BRACKET,
    TOKEN_CLASS, // value: the letter after the backslash
    TOKEN_ASSERT,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_ALT,
    TOKEN_REPEAT, // value: * + ?
    TOKEN_INTERVAL,
    TOKEN_REFERENCE, // value: its number
    TOKEN_STRAY,     // a backslash at the end
};

struct token {
    enum token_kind kind;
    uint32_t value;
};

// One group that is open, or the whole pattern.
struct level {
    uint32_t group; // or NONE
    uint32_t alt;
    uint32_t cat;    // the alternative that is being read
    bool repeatable; // the last thing can be repeated
    bool repeated;   // and is already
};

struct parser {
    struct pattern in;
    struct regex *re;
    struct level *levels;
    struct vector nr_levels;
    bool extended;
    bool first;         // nothing since the start, an opening parenthesis, a bar
    uint32_t completed; // bit n: group n is closed
};

bool regex_grow(void *array, struct vector *v, size_t element)
{
    void *old, *new;

    memcpy(&old, array, sizeof(old));
    if (v->nr == v->room) {
        uint32_t room = v->room ? v->room * 2 : 16;
        new = room < v->room ? NULL : reallocarray(old, room, element);
        if (!new)
            return false;
        memcpy(array, &new, sizeof(new));
        v->room = room;
    }
    v->nr++;
    return true;
}

static uint32_t new_node(struct regex *re, enum node_kind kind, uint32_t value)
{
    if (!regex_grow(&re->nodes, &re->nr_nodes, sizeof(*re->nodes)))
        return NONE;
    re->nodes[re->nr_nodes.nr - 1] = (struct node){
        .kind = (uint8_t)kind, .value = value, .child = NONE, .last = NONE, .next = NONE};
    return re->nr_nodes.nr - 1;
}

static int append(struct regex *re, uint32_t parent, uint32_t child)
{
    struct node *p = &re->nodes[parent];

    if (child == NONE)
        return REG_ESPACE;
    if (p->last == NONE)
        p->child = child;
    else
        re->nodes[p->last].next = child;
    p->last = child;
    return 0;
}

static struct level *top(struct parser *p)
{
    return &p->levels[p->nr_levels.nr - 1];
}

static int new_alternative(struct parser *p)
{
    uint32_t cat = new_node(p->re, NODE_CAT, 0);

    top(p)->cat = cat;
    top(p)->repeatable = top(p)->repeated = false;
    return append(p->re, top(p)->alt, cat);
}

static int open_level(struct parser *p, uint32_t group)
{
    uint32_t alt = new_node(p->re, NODE_ALT, 0);

    if (alt == NONE || !regex_grow(&p->levels, &p->nr_levels, sizeof(*p->levels)))
        return REG_ESPACE;
    *top(p) = (struct level){.group = group, .alt = alt};
    return new_alternative(p);
}

static int open_group(struct parser *p)
{
    if (p->re->groups == GROUPS_MAX)
        return REG_ESPACE;
    uint32_t group = new_node(p->re, NODE_GROUP, ++p->re->groups);
    return group == NONE ? REG_ESPACE : open_level(p, group);
}

static int close_group(struct parser *p)
{
    struct level closed = *top(p);
    uint32_t number = p->re->nodes[closed.group].value;

    if (number < 10)
        p->completed |= 1u << number;
    p->nr_levels.nr--;
    top(p)->repeatable = true;
    top(p)->repeated = false;
    int rc = append(p->re, closed.group, closed.alt);
    return rc ? rc : append(p->re, top(p)->cat, closed.group);
}

static int add(struct parser *p, enum node_kind kind, uint32_t value)
{
    top(p)->repeatable = kind != NODE_ASSERT;
    top(p)->repeated = false;
    return value == NONE ? REG_ESPACE : append(p->re, top(p)->cat, new_node(p->re, kind, value));
}

static int add_char(struct parser *p, uint32_t c)
{
    uint32_t other = pattern_other_case(&p->in, c);

    if (other == c)
        return add(p, NODE_CHAR, c);
    uint32_t set = bracket_new_set(p->re);
    if (set == NONE || !bracket_add(p->re, c, c) || !bracket_add(p->re, other, other))
        return REG_ESPACE;
    return add(p, NODE_SET, set);
}

// The last node, in place, becomes the repetition of a copy of what it was.
static int repeat(struct parser *p, uint32_t min, uint32_t max)
{
    struct regex *re = p->re;
    uint32_t last = re->nodes[top(p)->cat].last, child = new_node(re, NODE_CAT, 0);

    if (child == NONE)
        return REG_ESPACE;
    re->nodes[child] = re->nodes[last];
    top(p)->repeated = true;
    re->nodes[child].next = NONE;
    re->nodes[last] = (struct node){
        .kind = NODE_REPEAT, .value = min, .max = max, .child = child, .last = child, .next = NONE};
    return 0;
}

#define NO_NUMBER  (-1)
#define BAD_NUMBER (-2)

// A number of an interval, and what it ends at: a comma, '}' for the interval's end, 0 for the
// pattern's.
static int32_t number(struct parser *p, char *stop)
{
    struct pattern *in = &p->in;
    int32_t n = NO_NUMBER;

    for (; *in->at; in->at++) {
        if (p->extended ? *in->at == '}' : in->at[0] == '\\' && in->at[1] == '}') {
            in->at += p->extended ? 1 : 2;
            *stop = '}';
            return n;
        }
        if (*in->at == ',') {
            in->at++;
            *stop = ',';
            return n;
        }
        if (in->at[0] == '\\' && in->at[1])
            in->at++;
        if (*in->at < '0' || *in->at > '9' || n == BAD_NUMBER || in->at[-1] == '\\')
            n = BAD_NUMBER;
        else
            n = (n == NO_NUMBER ? 0 : n) * 10 + *in->at - '0';
        if (n > RE_DUP_MAX)
            n = RE_DUP_MAX + 1;
    }
    *stop = 0;
    return BAD_NUMBER;
}

static int interval(struct parser *p)
{
    char stop;
    int32_t min = number(p, &stop), max = min;

    if (min == NO_NUMBER) {
        if (stop != ',')
            return REG_BADBR;
        min = 0;
    }
    if (stop == ',')
        max = number(p, &stop);
    if (min == BAD_NUMBER || max == BAD_NUMBER)
        return stop ? REG_BADBR : REG_EBRACE;
    if ((max != NO_NUMBER && min > max) || stop != '}')
        return REG_BADBR;
    if (min > RE_DUP_MAX || max > RE_DUP_MAX)
        return REG_ESIZE;
    return repeat(p, (uint32_t)min, max == NO_NUMBER ? UNBOUNDED : (uint32_t)max);
}

static struct token escaped(struct parser *p)
{
    static const char plain[] = "(){|+?", other[] = "<>bB`'";
    static const struct token tokens[] = {
        {TOKEN_OPEN, '('}, {TOKEN_CLOSE, ')'},  {TOKEN_INTERVAL, '{'},
        {TOKEN_ALT, '|'},  {TOKEN_REPEAT, '+'}, {TOKEN_REPEAT, '?'},
    };
    static const uint8_t assertions[] = {WORD_START,  WORD_END,   WORD_EDGE,
                                         WORD_INSIDE, TEXT_START, TEXT_END};
    char c = *p->in.at;
    const char *found;

    if (!c)
        return (struct token){TOKEN_STRAY, 0};
    if (c == '}' && !p->extended) {
        p->in.at++;
        return (struct token){TOKEN_CHAR, '}'};
    }
    if (c >= '1' && c <= '9') {
        p->in.at++;
        return (struct token){TOKEN_REFERENCE, (uint32_t)(c - '0')};
    }
    if (strchr("wWsS", c)) {
        p->in.at++;
        return (struct token){TOKEN_CLASS, (uint32_t)c};
    }
    found = strchr(other, c);
    if (found) {
        p->in.at++;
        return (struct token){TOKEN_ASSERT, assertions[found - other]};
    }
    found = p->extended ? NULL : strchr(plain, c);
    if (found) {
        p->in.at++;
        return tokens[found - plain];
    }
    return (struct token){TOKEN_CHAR, pattern_next(&p->in)};
}

// Is a `$` of a basic pattern at the end of what it could anchor?
static bool ends_here(const struct parser *p)
{
    return !*p->in.at || (p->in.at[0] == '\\' && (p->in.at[1] == ')' || p->in.at[1] == '|'));
}

static struct token next_token(struct parser *p)
{
    char c = *p->in.at;

    if (!c)
        return (struct token){TOKEN_END, 0};
    if (!strchr("\\.[^$*(){|+?", c) || (!p->extended && strchr("(){|+?", c)))
        return (struct token){TOKEN_CHAR, pattern_next(&p->in)};
    p->in.at++;
    switch (c) {
    case '\\': return escaped(p);
    case '.': return (struct token){TOKEN_ANY, 0};
    case '[': return (struct token){TOKEN_BRACKET, 0};
    case '(': return (struct token){TOKEN_OPEN, '('};
    case ')': return (struct token){TOKEN_CLOSE, ')'};
    case '|': return (struct token){TOKEN_ALT, '|'};
    case '{': return (struct token){TOKEN_INTERVAL, '{'};
    case '^':
        return p->extended || p->first ? (struct token){TOKEN_ASSERT, LINE_START}
                                       : (struct token){TOKEN_CHAR, '^'};
    case '$':
        return p->extended || ends_here(p) ? (struct token){TOKEN_ASSERT, LINE_END}
                                           : (struct token){TOKEN_CHAR, '$'};
    default: return (struct token){TOKEN_REPEAT, (uint32_t)c};
    }
}

static int take(struct parser *p, struct token t)
{
    uint32_t set;

    switch (t.kind) {
    case TOKEN_ASSERT: return add(p, NODE_ASSERT, t.value);
    case TOKEN_ANY: return add(p, NODE_SET, bracket_any(p->re));
    case TOKEN_CLASS: return add(p, NODE_SET, bracket_class(p->re, (char)t.value));
    case TOKEN_BRACKET: {
        int rc = bracket_parse(p->re, &p->in, &set);
        return rc ? rc : add(p, NODE_SET, set);
    }
    case TOKEN_OPEN: return open_group(p);
    case TOKEN_CLOSE:
        if (p->nr_levels.nr > 1)
            return close_group(p);
        return p->extended ? add_char(p, ')') : REG_EPAREN;
    case TOKEN_ALT: return new_alternative(p);
    case TOKEN_REPEAT:
        if (top(p)->repeated && !p->extended && t.value == '*')
            return REG_BADRPT;
        if (top(p)->repeatable)
            return repeat(p, t.value == '+', t.value == '?' ? 1 : UNBOUNDED);
        return p->extended ? REG_BADRPT : add_char(p, t.value);
    case TOKEN_INTERVAL:
        if (!top(p)->repeatable || (top(p)->repeated && !p->extended))
            return REG_BADRPT;
        return interval(p);
    case TOKEN_REFERENCE: return p->completed & 1u << t.value ? REG_ENOSYS : REG_ESUBREG;
    case TOKEN_STRAY: return REG_EESCAPE;
    default: return add_char(p, t.value);
    }
}

int regex_parse(struct regex *re, const char *pattern, int flags)
{
    struct parser p = {.in = {.at = pattern, .ignore_case = flags & REG_ICASE},
                       .re = re,
                       .extended = flags & REG_EXTENDED,
                       .first = true};
    int rc = open_level(&p, NONE);

    re->newline = flags & REG_NEWLINE;
    while (!rc) {
        struct token t = next_token(&p);
        if (t.kind == TOKEN_END) {
            rc = p.nr_levels.nr > 1 ? REG_EPAREN : 0;
            break;
        }
        rc = take(&p, t);
        p.first = t.kind == TOKEN_OPEN || t.kind == TOKEN_ALT;
    }
    if (!rc)
        re->root = p.levels[0].alt;
    free(p.levels);
    return rc;
}
