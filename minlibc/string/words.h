// SPDX-License-Identifier: BSD-3-Clause
// Looking at memory a word at a time.
#ifndef MINLIBC_STRING_WORDS_H
#define MINLIBC_STRING_WORDS_H

#include <stddef.h>
#include <stdint.h>

typedef uintptr_t word_t __attribute__((may_alias));
typedef uintptr_t uword_t __attribute__((may_alias, aligned(1)));
typedef uint32_t u32_un __attribute__((may_alias, aligned(1)));
typedef uint16_t u16_un __attribute__((may_alias, aligned(1)));

#define WORD_ONES  ((uintptr_t)-1 / 0xff)
#define WORD_HIGHS (WORD_ONES * 0x80)

// Is a byte of w zero? The lowest bit that is set in the answer belongs to the first such byte;
// higher ones may be wrong.
static inline uintptr_t word_zero_bytes(uintptr_t w)
{
    return (w - WORD_ONES) & ~w & WORD_HIGHS;
}

static inline size_t word_first(uintptr_t mask)
{
    return (size_t)__builtin_ctzl(mask) / 8;
}

#endif
