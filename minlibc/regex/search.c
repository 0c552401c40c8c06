// SPDX-License-Identifier: BSD-3-Clause
// The leftmost longest match, by following all states at once, one character at a time. Each state
// knows the earliest place where what led to it began; a state is in a list once, so a step costs
// at most the size of the program.
#include <stdlib.h>
#include <string.h>

#include "regex/program.h"

// States that wait for a character, those that began earlier first.
struct list {
    uint32_t nr;
    uint32_t *states;
    size_t *starts;
};

struct search {
    const struct regex *re;
    const struct text *text;
    struct list lists[2];
    uint32_t *seen, generation; // seen[i] == generation: state i was reached in this step
    uint32_t *stack;
    bool found;
    size_t start, end; // of the best match
};

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool regex_holds(const struct text *t, uint32_t assertion, size_t at)
{
    bool first = at == 0, last = regex_at_end(t, at);
    bool before = !first && is_word(t->bytes[at - 1]), after = !last && is_word(t->bytes[at]);

    switch (assertion) {
    case LINE_START: return first ? !t->not_start : t->newline && t->bytes[at - 1] == '\n';
    case LINE_END: return last ? !t->not_end : t->newline && t->bytes[at] == '\n';
    case TEXT_START: return first;
    case TEXT_END: return last;
    case WORD_START: return !before && after;
    case WORD_END: return before && !after;
    case WORD_EDGE: return before != after;
    default: return before == after;
    }
}

bool regex_in_set(const struct regex *re, const struct set *s, uint32_t c)
{
    if (c < 128)
        return s->ascii[c / 32] & 1u << c % 32;
    for (uint32_t i = s->first; i < s->first + s->nr; i++) {
        if (c >= re->ranges[i].low && c <= re->ranges[i].high)
            return !s->negated;
    }
    return s->negated;
}

bool regex_takes(const struct regex *re, const struct instruction *i, uint32_t c)
{
    return i->op == OP_CHAR ? i->value == c
                            : i->op == OP_SET && regex_in_set(re, &re->sets[i->value], c);
}

// A way through the program, begun at start, is at state i, at a place of the text: add the states
// it reaches there.
static void reach(struct search *s, struct list *l, uint32_t i, size_t start, size_t at)
{
    const struct regex *re = s->re;
    uint32_t nr = 0;

    s->stack[nr++] = i;
    while (nr) {
        i = s->stack[--nr];
        if (s->seen[i] == s->generation)
            continue;
        s->seen[i] = s->generation;
        if (i == re->nr_code.nr) {
            // The lists are sorted by start, so the first way to get here has the earliest one.
            if (!s->found || start <= s->start) {
                s->found = true;
                s->start = start;
                s->end = at;
            }
            continue;
        }
        const struct instruction *code = &re->code[i];
        switch (code->op) {
        case OP_SPLIT:
            s->stack[nr++] = code->value;
            s->stack[nr++] = i + 1;
            break;
        case OP_JUMP: s->stack[nr++] = code->value; break;
        case OP_ASSERT:
            if (regex_holds(s->text, code->value, at))
                s->stack[nr++] = i + 1;
            break;
        default: l->states[l->nr] = i; l->starts[l->nr++] = start;
        }
    }
}

static bool can_begin(const struct regex *re, char c)
{
    return re->first_bytes[(unsigned char)c / 8] & 1u << (unsigned char)c % 8;
}

static void next_step(struct search *s)
{
    if (++s->generation == 0) {
        memset(s->seen, 0, ((size_t)s->re->nr_code.nr + 1) * sizeof(*s->seen));
        s->generation = 1;
    }
}

static void run(struct search *s, size_t at, bool any)
{
    const struct regex *re = s->re;
    struct list *now = &s->lists[0], *then = &s->lists[1];

    now->nr = 0;
    next_step(s);
    for (;;) {
        if (!s->found && !now->nr && !re->can_be_empty) {
            while (!regex_at_end(s->text, at) && !can_begin(re, s->text->bytes[at]))
                at++;
            next_step(s);
        }
        // Another way begins here, behind all that began earlier.
        if (!s->found)
            reach(s, now, 0, at, at);
        if (regex_at_end(s->text, at) || (s->found && (any || !now->nr)))
            return;
        uint32_t c = regex_decode(s->text, &at);
        next_step(s);
        then->nr = 0;
        for (uint32_t i = 0; i < now->nr && (!s->found || now->starts[i] <= s->start); i++) {
            if (regex_takes(re, &re->code[now->states[i]], c))
                reach(s, then, now->states[i] + 1, now->starts[i], at);
        }
        struct list *swapped = now;
        now = then;
        then = swapped;
    }
}

int regex_search(const struct regex *re, const struct text *t, size_t from, bool any,
                 regmatch_t *match)
{
    size_t n = (size_t)re->nr_code.nr + 1;
    // One block: the places, then the states. A way adds at most two states for each it takes away.
    size_t *places = calloc(n, 2 * sizeof(size_t) + 5 * sizeof(uint32_t));

    if (!places)
        return REG_ESPACE;
    uint32_t *states = (uint32_t *)(places + 2 * n);
    struct search s = {.re = re,
                       .text = t,
                       .lists = {{.states = states, .starts = places},
                                 {.states = states + n, .starts = places + n}},
                       .seen = states + 2 * n,
                       .stack = states + 3 * n};
    run(&s, from, any);
    free(places);
    if (!s.found)
        return REG_NOMATCH;
    if (!any)
        *match = (regmatch_t){(regoff_t)s.start, (regoff_t)s.end};
    return 0;
}
