// SPDX-License-Identifier: BSD-3-Clause
// What the groups matched, when the whole match is known. The standard's rule is that each
// subpattern, from left to right, takes as much as it can without changing what those before it
// took. So the tree is gone down from the top: a node's part of the text is split among its
// children.
//
// To split [from, to) of a node: go backward from `to` and note for each place the states from
// which the node's end can be reached exactly at `to` (struct table); then go forward through each
// child in those states only, and the last place where the next child may begin is the child's end.
// Following only states that lead to the end, the forward pass never goes beyond that place: all in
// all each level of the tree costs time proportional to the text.
#include <stdlib.h>
#include <string.h>

#include "regex/program.h"

// A node, in the copy of its code that lies `shift` after the first, matched exactly characters
// [from, to).
struct task {
    uint32_t node, shift;
    size_t from, to;
};

struct list {
    uint32_t nr;
    uint32_t *states;
};

struct table {
    uint32_t low, high; // states low..high, high is the end
    size_t from, words; // of a row
    uint32_t *rows;
};

struct matcher {
    const struct regex *re;
    const struct text *text;
    uint32_t *chars; // of the whole match
    size_t *places;  // of each in the text, and of the match's end
    struct task *tasks;
    struct vector nr_tasks;
    struct table table;
    size_t table_room; // words
    struct list lists[2];
    uint32_t *seen, generation, *stack;
};

static void next_step(struct matcher *m)
{
    if (++m->generation == 0) {
        memset(m->seen, 0, ((size_t)m->re->nr_code.nr + 1) * sizeof(*m->seen));
        m->generation = 1;
    }
}

static bool reaches_end(const struct table *t, uint32_t state, size_t at)
{
    uint32_t bit = state - t->low;
    return t->rows[(at - t->from) * t->words + bit / 32] & 1u << bit % 32;
}

// Add a state, and those that lead to it without a character, to the row of a place.
static void reach_back(struct matcher *m, struct list *l, uint32_t state, size_t at)
{
    const struct regex *re = m->re;
    struct table *t = &m->table;
    uint32_t nr = 0;

    m->stack[nr++] = state;
    while (nr) {
        state = m->stack[--nr];
        if (m->seen[state] == m->generation)
            continue;
        m->seen[state] = m->generation;
        l->states[l->nr++] = state;
        uint32_t bit = state - t->low;
        t->rows[(at - t->from) * t->words + bit / 32] |= 1u << bit % 32;
        for (uint32_t i = re->source_index[state]; i < re->source_index[state + 1]; i++) {
            uint32_t source = re->sources[i];
            const struct instruction *code = &re->code[source];
            if (source < t->low || source >= t->high || m->seen[source] == m->generation)
                continue;
            if (code->op == OP_SPLIT || code->op == OP_JUMP ||
                (code->op == OP_ASSERT && regex_holds(m->text, code->value, m->places[at])))
                m->stack[nr++] = source;
        }
    }
}

// The table of the states low..high for the text [from, to).
static bool make_table(struct matcher *m, uint32_t low, uint32_t high, size_t from, size_t to)
{
    const struct regex *re = m->re;
    struct table *t = &m->table;
    struct list *now = &m->lists[0], *before = &m->lists[1];
    size_t size;

    *t = (struct table){low, high, from, ((size_t)high - low) / 32 + 1, t->rows};
    if (__builtin_mul_overflow(t->words, to - from + 1, &size))
        return false;
    if (size > m->table_room) {
        free(t->rows);
        m->table_room = 0;
        t->rows = calloc(size, sizeof(*t->rows));
        if (!t->rows)
            return false;
        m->table_room = size;
    } else {
        memset(t->rows, 0, size * sizeof(*t->rows));
    }
    next_step(m);
    now->nr = 0;
    reach_back(m, now, high, to);
    for (size_t at = to; at > from && now->nr; at--) {
        uint32_t c = m->chars[at - 1];
        next_step(m);
        before->nr = 0;
        for (uint32_t i = 0; i < now->nr; i++) {
            uint32_t state = now->states[i];
            if (state > low && regex_takes(re, &re->code[state - 1], c))
                reach_back(m, before, state - 1, at - 1);
        }
        struct list *swapped = now;
        now = before;
        before = swapped;
    }
    return true;
}

static void reach(struct matcher *m, struct list *l, uint32_t state, uint32_t end, size_t at)
{
    const struct regex *re = m->re;
    uint32_t nr = 0;

    m->stack[nr++] = state;
    while (nr) {
        state = m->stack[--nr];
        if (m->seen[state] == m->generation || !reaches_end(&m->table, state, at))
            continue;
        m->seen[state] = m->generation;
        if (state == end)
            continue;
        const struct instruction *code = &re->code[state];
        switch (code->op) {
        case OP_SPLIT:
            m->stack[nr++] = code->value;
            m->stack[nr++] = state + 1;
            break;
        case OP_JUMP: m->stack[nr++] = code->value; break;
        case OP_ASSERT:
            if (regex_holds(m->text, code->value, m->places[at]))
                m->stack[nr++] = state + 1;
            break;
        default: l->states[l->nr++] = state;
        }
    }
}

#define NOWHERE SIZE_MAX

// From `from`, the last place where the states start..end can end so that the table's end can still
// be reached. NOWHERE if there is none.
static size_t longest(struct matcher *m, uint32_t start, uint32_t end, size_t from, size_t to)
{
    const struct regex *re = m->re;
    struct list *now = &m->lists[0], *then = &m->lists[1];
    size_t found = NOWHERE, at = from;

    now->nr = 0;
    next_step(m);
    reach(m, now, start, end, at);
    for (;;) {
        if (m->seen[end] == m->generation)
            found = at;
        if (!now->nr || at == to)
            return found;
        uint32_t c = m->chars[at++];
        next_step(m);
        then->nr = 0;
        for (uint32_t i = 0; i < now->nr; i++) {
            if (regex_takes(re, &re->code[now->states[i]], c))
                reach(m, then, now->states[i] + 1, end, at);
        }
        struct list *swapped = now;
        now = then;
        then = swapped;
    }
}

static bool add_task(struct matcher *m, uint32_t node, uint32_t shift, size_t from, size_t to)
{
    if (!m->re->nodes[node].has_groups)
        return true;
    if (!regex_grow(&m->tasks, &m->nr_tasks, sizeof(*m->tasks)))
        return false;
    m->tasks[m->nr_tasks.nr - 1] = (struct task){node, shift, from, to};
    return true;
}

static bool split_sequence(struct matcher *m, const struct node *n, struct task t)
{
    size_t from = t.from;

    if (n->child == n->last)
        return add_task(m, n->child, t.shift, t.from, t.to);
    if (!make_table(m, n->start + t.shift, n->end + t.shift, t.from, t.to))
        return false;
    for (uint32_t i = n->child; i != NONE && from != NOWHERE; i = m->re->nodes[i].next) {
        const struct node *child = &m->re->nodes[i];
        size_t to = t.to;
        if (child->next != NONE)
            to = longest(m, child->start + t.shift, child->end + t.shift, from, t.to);
        if (to != NOWHERE && !add_task(m, i, t.shift, from, to))
            return false;
        from = to;
    }
    return true;
}

// The first alternative that matches.
static bool choose(struct matcher *m, const struct node *n, struct task t)
{
    if (n->child == n->last)
        return add_task(m, n->child, t.shift, t.from, t.to);
    if (!make_table(m, n->start + t.shift, n->end + t.shift, t.from, t.to))
        return false;
    for (uint32_t i = n->child; i != NONE; i = m->re->nodes[i].next) {
        if (reaches_end(&m->table, m->re->nodes[i].start + t.shift, t.from))
            return add_task(m, i, t.shift, t.from, t.to);
    }
    return true;
}

// Only the last turn counts. A turn that takes nothing is made only where it must be, or as the
// first: an empty match is more than none.
static bool split_turns(struct matcher *m, const struct node *n, struct task t)
{
    const struct node *child = &m->re->nodes[n->child];
    bool unbounded = n->max == UNBOUNDED, any = false;
    uint32_t min = n->value, least = min ? min : 1, copies = unbounded ? least : n->max;
    uint32_t size = child->end - child->start;
    struct task last = {.node = n->child};
    size_t from = t.from;

    if (!copies)
        return true;
    if (!make_table(m, n->start + t.shift, n->end + t.shift, t.from, t.to))
        return false;
    for (uint32_t turn = 0; unbounded || turn < copies; turn++) {
        uint32_t copy = turn < copies ? turn : copies - 1;
        // Copies that may be left out have a split before them; the first one's lies before its
        // start.
        uint32_t shift = t.shift + copy * size + (copy >= least ? copy - least + 1 : 0);
        if (from == t.to && turn >= min && any)
            break;
        size_t to = longest(m, child->start + shift, child->end + shift, from, t.to);
        if (to == NOWHERE || (to == from && turn >= min && any))
            break;
        last.shift = shift;
        last.from = from;
        last.to = to;
        any = true;
        from = to;
    }
    return !any || add_task(m, last.node, last.shift, last.from, last.to);
}

static bool run(struct matcher *m, size_t nr, regmatch_t *matches)
{
    while (m->nr_tasks.nr) {
        struct task t = m->tasks[--m->nr_tasks.nr];
        const struct node *n = &m->re->nodes[t.node];
        bool good = true;
        switch (n->kind) {
        case NODE_GROUP:
            if (n->value < nr)
                matches[n->value] =
                    (regmatch_t){(regoff_t)m->places[t.from], (regoff_t)m->places[t.to]};
            good = add_task(m, n->child, t.shift, t.from, t.to);
            break;
        case NODE_CAT: good = split_sequence(m, n, t); break;
        case NODE_ALT: good = choose(m, n, t); break;
        case NODE_REPEAT: good = split_turns(m, n, t); break;
        }
        if (!good)
            return false;
    }
    return true;
}

// The match's characters and their places. How many, or SIZE_MAX when memory is out.
static size_t decode(struct matcher *m, size_t start, size_t end)
{
    size_t nr = 0;

    m->chars = calloc(end - start + 1, sizeof(*m->chars));
    m->places = calloc(end - start + 1, sizeof(*m->places));
    if (!m->chars || !m->places)
        return SIZE_MAX;
    for (size_t at = start; at < end; nr++) {
        m->places[nr] = at;
        m->chars[nr] = regex_decode(m->text, &at);
    }
    m->places[nr] = end;
    return nr;
}

int regex_submatches(const struct regex *re, const struct text *t, size_t start, size_t end,
                     size_t nr, regmatch_t *matches)
{
    struct matcher m = {.re = re, .text = t};
    size_t states = (size_t)re->nr_code.nr + 1;
    uint32_t *block = calloc(states, 5 * sizeof(*block));
    size_t chars = decode(&m, start, end);

    for (size_t i = 1; i < nr; i++)
        matches[i] = (regmatch_t){-1, -1};
    bool good = block && chars != SIZE_MAX;
    if (good) {
        m.lists[0].states = block;
        m.lists[1].states = block + states;
        m.seen = block + 2 * states;
        m.stack = block + 3 * states;
        good = add_task(&m, re->root, 0, 0, chars) && run(&m, nr, matches);
    }
    free(block);
    free(m.chars);
    free(m.places);
    free(m.tasks);
    free(m.table.rows);
    return good ? 0 : REG_ESPACE;
}
