// SPDX-License-Identifier: BSD-3-Clause
// Regular expressions (POSIX.1-2017, XBD chapter 9): from a pattern to a tree (parse.c), to the
// instructions of a machine that is in many states at once (compile.c), which finds the leftmost
// longest match in one pass over the text (search.c); submatch.c then finds what the groups
// matched. Time is at most proportional to the text's length, for a given pattern; the stack's
// depth depends on neither.
//
// Characters are UTF-8 code points. A byte that starts none is a character of its own, which `.`,
// negated brackets and the same byte in the pattern match. Classes and case are those of ASCII, as
// in <ctype.h>. Back-references would cost exponential time and are refused.
#ifndef MINLIBC_REGEX_PROGRAM_H
#define MINLIBC_REGEX_PROGRAM_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONE        UINT32_MAX
#define UNBOUNDED   UINT32_MAX // of a repetition
#define BYTE_BASE   0x110000u  // a byte that is no character: this and the byte
#define CHAR_END    (BYTE_BASE + 0x100)
#define GROUPS_MAX  0xffffu
#define PROGRAM_MAX (1u << 17) // instructions

// A set of characters: a bit for each of ASCII, ranges for the others.
struct set {
    uint32_t ascii[4];
    uint32_t first, nr; // in ranges[]
    bool negated;       // the ranges are what is not in it; ascii is as it is
};

struct range {
    uint32_t low, high; // both inside
};

enum assertion {
    LINE_START,
    LINE_END,
    TEXT_START,
    TEXT_END,
    WORD_START,
    WORD_END,
    WORD_EDGE,
    WORD_INSIDE,
};

enum node_kind {
    NODE_CHAR,   // value: the character
    NODE_SET,    // value: index in sets[]
    NODE_ASSERT, // value: enum assertion
    NODE_GROUP,  // value: its number; one child
    NODE_CAT,    // children one after another; none: the empty string
    NODE_ALT,    // children as alternatives
    NODE_REPEAT, // value..max times the one child
};

// The tree. The code of a node that is repeated exists several times; `start` and `end` are those
// of the first copy, the others are of the same form.
struct node {
    uint8_t kind;
    bool has_groups; // a group is below it, or it is one
    uint32_t value, max;
    uint32_t child, last, next; // the first and the last child; the next child of the same parent
    uint32_t start, end;        // instructions [start, end)
};

enum opcode {
    OP_CHAR,   // value
    OP_SET,    // value
    OP_ASSERT, // value
    OP_SPLIT,  // go on at the next one and at target
    OP_JUMP,   // go on at target
};

struct instruction {
    uint32_t op;
    uint32_t value; // or target
};

struct vector {
    uint32_t nr, room;
};

// What regex_t.buffer points to.
struct regex {
    struct node *nodes;
    struct set *sets;
    struct range *ranges;
    struct instruction *code; // the match is at its end
    struct vector nr_nodes, nr_sets, nr_ranges, nr_code;
    uint32_t root, groups;
    // For going backward: the instructions that lead to instruction i are
    // sources[source_index[i]..source_index[i + 1]). NULL when no group is ever asked for.
    uint32_t *source_index, *sources;
    uint8_t first_bytes[32]; // a bit for each byte that a match may start with
    bool can_be_empty;       // then that says nothing
    bool newline;            // REG_NEWLINE
};

// The text of one regexec().
struct text {
    const char *bytes;
    size_t end; // or SIZE_MAX: at the first NUL
    bool newline, not_start, not_end;
};

// Make room for one more element of *array and count it. False when memory is out.
bool regex_grow(void *array, struct vector *v, size_t element);

// 0 or REG_*. re is all zero before; after a failure it may hold memory.
int regex_parse(struct regex *re, const char *pattern, int flags);
int regex_compile(struct regex *re, bool want_groups);
void regex_free(struct regex *re);

static inline bool regex_at_end(const struct text *t, size_t at)
{
    return at == t->end || (t->end == SIZE_MAX && !t->bytes[at]);
}

// The character at a place that is not the end; its length is added to *at.
uint32_t regex_decode(const struct text *t, size_t *at);
bool regex_in_set(const struct regex *re, const struct set *s, uint32_t c);
bool regex_holds(const struct text *t, uint32_t assertion, size_t at);
// Does the instruction, if it takes a character, take this one?
bool regex_takes(const struct regex *re, const struct instruction *i, uint32_t c);

// The leftmost longest match that starts at `from` or later. any: any match will do, *match is not
// set. 0, REG_NOMATCH, REG_ESPACE.
int regex_search(const struct regex *re, const struct text *t, size_t from, bool any,
                 regmatch_t *match);
// Fill in matches[1..nr-1] for the match [start, end). 0 or REG_ESPACE.
int regex_submatches(const struct regex *re, const struct text *t, size_t start, size_t end,
                     size_t nr, regmatch_t *matches);

#endif
