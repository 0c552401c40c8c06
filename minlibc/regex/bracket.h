// SPDX-License-Identifier: BSD-3-Clause
// The characters of a pattern, and its sets of characters.
#ifndef MINLIBC_REGEX_BRACKET_H
#define MINLIBC_REGEX_BRACKET_H

#include "regex/program.h"

struct pattern {
    const char *at; // NUL-terminated
    bool ignore_case;
};

// Take one character; there must be one.
uint32_t pattern_next(struct pattern *in);
// The other letter that stands for the same, when case is ignored; else c.
uint32_t pattern_other_case(const struct pattern *in, uint32_t c);

// Sets are made one after another: a new, empty one, and what is added to the last one. NONE, and
// false, when memory is out.
uint32_t bracket_new_set(struct regex *re);
bool bracket_add(struct regex *re, uint32_t low, uint32_t high);

uint32_t bracket_any(struct regex *re);                // .
uint32_t bracket_class(struct regex *re, char letter); // \w \W \s \S
// What follows a `[`. 0, REG_EBRACK, REG_ERANGE, REG_ECTYPE, REG_ECOLLATE, REG_ESPACE.
int bracket_parse(struct regex *re, struct pattern *in, uint32_t *set);

#endif
