// SPDX-License-Identifier: BSD-3-Clause
// From the tree to instructions. A tree may be as deep as its pattern is long, so the walk keeps
// its own stack.
#include <stdlib.h>
#include <string.h>

#include "regex/program.h"

// Visits of nodes; repetitions of what has no code could otherwise take for ever.
#define VISITS_MAX (1u << 20)

// A node whose children are being visited.
struct visit {
    uint32_t node;
    uint32_t child; // the next one, or NONE
    uint32_t copy;  // NODE_REPEAT: how many have been begun
    uint32_t loop;  // NODE_REPEAT: the first instruction of the last copy
    uint32_t patch; // the last instruction whose target is the node's end; chained through targets
    uint32_t split; // NODE_ALT: the instruction whose target is the next alternative
};

struct compiler {
    struct regex *re;
    struct visit *stack;
    struct vector depth;
    uint32_t visits;
};

static uint32_t here(const struct compiler *c)
{
    return c->re->nr_code.nr;
}

static bool emit(struct compiler *c, enum opcode op, uint32_t value)
{
    struct regex *re = c->re;

    if (re->nr_code.nr == PROGRAM_MAX || !regex_grow(&re->code, &re->nr_code, sizeof(*re->code)))
        return false;
    re->code[re->nr_code.nr - 1] = (struct instruction){op, value};
    return true;
}

// An instruction whose target is the end of the node, which is not known yet.
static bool emit_to_end(struct compiler *c, struct visit *v, enum opcode op)
{
    uint32_t previous = v->patch;

    v->patch = here(c);
    return emit(c, op, previous);
}

static bool enter(struct compiler *c, uint32_t node)
{
    struct node *n = &c->re->nodes[node];

    if (c->visits++ == VISITS_MAX || !regex_grow(&c->stack, &c->depth, sizeof(*c->stack)))
        return false;
    c->stack[c->depth.nr - 1] =
        (struct visit){.node = node, .child = n->child, .patch = NONE, .split = NONE};
    if (n->start == NONE)
        n->start = here(c);
    return true;
}

static void leave(struct compiler *c)
{
    const struct visit *v = &c->stack[--c->depth.nr];
    struct regex *re = c->re;
    struct node *n = &re->nodes[v->node];

    for (uint32_t at = v->patch; at != NONE;) {
        uint32_t next = re->code[at].value;
        re->code[at].value = here(c);
        at = next;
    }
    if (n->end == NONE)
        n->end = here(c);
    n->has_groups |= n->kind == NODE_GROUP;
    if (c->depth.nr && n->has_groups)
        re->nodes[c->stack[c->depth.nr - 1].node].has_groups = true;
}

// Another copy of what is repeated, or the end.
static bool step_repeat(struct compiler *c, struct visit *v, const struct node *n)
{
    bool unbounded = n->max == UNBOUNDED;
    uint32_t copies = !unbounded ? n->max : n->value ? n->value : 1;

    if (v->copy == copies) {
        bool good = !unbounded || emit(c, OP_SPLIT, v->loop);
        leave(c);
        return good;
    }
    if (v->copy >= n->value && !emit_to_end(c, v, OP_SPLIT))
        return false;
    v->copy++;
    v->loop = here(c);
    return enter(c, n->child);
}

static bool step_alternatives(struct compiler *c, struct visit *v)
{
    struct regex *re = c->re;
    uint32_t child = v->child;

    if (v->split != NONE) {
        if (!emit_to_end(c, v, OP_JUMP))
            return false;
        re->code[v->split].value = here(c);
    }
    v->child = re->nodes[child].next;
    v->split = v->child == NONE ? NONE : here(c);
    if (v->split != NONE && !emit(c, OP_SPLIT, 0))
        return false;
    return enter(c, child);
}

// One step of the visit on the top of the stack.
static bool step(struct compiler *c)
{
    struct visit *v = &c->stack[c->depth.nr - 1];
    const struct node *n = &c->re->nodes[v->node];
    uint32_t child = v->child;
    bool good = true;

    switch (n->kind) {
    case NODE_REPEAT: return step_repeat(c, v, n);
    case NODE_CHAR: good = emit(c, OP_CHAR, n->value); break;
    case NODE_SET: good = emit(c, OP_SET, n->value); break;
    case NODE_ASSERT: good = emit(c, OP_ASSERT, n->value); break;
    default:
        if (child == NONE)
            break;
        if (n->kind == NODE_ALT)
            return step_alternatives(c, v);
        v->child = c->re->nodes[child].next;
        return enter(c, child);
    }
    leave(c);
    return good;
}

// For each instruction those that lead to it.
static bool find_sources(struct regex *re)
{
    uint32_t n = re->nr_code.nr;
    uint32_t *index = calloc((size_t)n + 3, sizeof(*index));
    uint32_t *sources = calloc((size_t)n * 2 + 1, sizeof(*sources));

    re->source_index = index;
    re->sources = sources;
    if (!index || !sources)
        return false;
    // Counted two places higher, the sums are one place higher; filling in moves them down.
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t op = re->code[i].op, targets[2], nr = 0;
            if (op != OP_JUMP)
                targets[nr++] = i + 1;
            if (op == OP_JUMP || op == OP_SPLIT)
                targets[nr++] = re->code[i].value;
            while (nr--) {
                if (pass == 0)
                    index[targets[nr] + 2]++;
                else
                    sources[index[targets[nr] + 1]++] = i;
            }
        }
        for (uint32_t i = 0; pass == 0 && i < n + 2; i++)
            index[i + 1] += index[i];
    }
    return true;
}

static void add_first_set(struct regex *re, const struct set *s)
{
    for (int i = 0; i < 128; i++) {
        if (s->ascii[i / 32] & 1u << i % 32)
            re->first_bytes[i / 8] |= (uint8_t)(1u << i % 8);
    }
    if (s->negated || s->nr)
        memset(re->first_bytes + 16, 0xff, 16);
}

// Which bytes can a match begin with? Assertions are taken to hold.
static bool find_first_bytes(struct regex *re)
{
    uint32_t n = re->nr_code.nr, nr = 0;
    uint32_t *stack = malloc(((size_t)n + 1) * 2 * sizeof(*stack));
    uint8_t *seen = calloc((size_t)n + 1, 1);

    if (stack && seen)
        stack[nr++] = 0;
    while (nr) {
        uint32_t i = stack[--nr];
        if (i == n)
            re->can_be_empty = true;
        if (i == n || seen[i]++)
            continue;
        struct instruction code = re->code[i];
        if (code.op == OP_SET) {
            add_first_set(re, &re->sets[code.value]);
        } else if (code.op == OP_CHAR) {
            if (code.value < 128)
                re->first_bytes[code.value / 8] |= (uint8_t)(1u << code.value % 8);
            else
                memset(re->first_bytes + 16, 0xff, 16);
        } else {
            if (code.op != OP_JUMP)
                stack[nr++] = i + 1;
            if (code.op != OP_ASSERT)
                stack[nr++] = code.value;
        }
    }
    bool good = stack && seen;
    free(stack);
    free(seen);
    return good;
}

int regex_compile(struct regex *re, bool want_groups)
{
    struct compiler c = {.re = re};

    for (uint32_t i = 0; i < re->nr_nodes.nr; i++)
        re->nodes[i].start = re->nodes[i].end = NONE;
    bool good = enter(&c, re->root);
    while (good && c.depth.nr)
        good = step(&c);
    free(c.stack);
    if (good && want_groups && re->groups)
        good = find_sources(re);
    return good && find_first_bytes(re) ? 0 : REG_ESPACE;
}

void regex_free(struct regex *re)
{
    free(re->nodes);
    free(re->sets);
    free(re->ranges);
    free(re->code);
    free(re->source_index);
    free(re->sources);
    free(re);
}
