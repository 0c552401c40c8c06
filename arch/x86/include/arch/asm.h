// SPDX-License-Identifier: BSD-3-Clause
// Words for assembler files.
#ifndef ARCH_ASM_H
#define ARCH_ASM_H

// clang-format off
#define ENTRY(name)                             \
    .section .text.name, "ax", @progbits;       \
    .globl name;                                \
    .p2align 4;                                 \
    .type name, @function;                      \
    name:
#define END(name) .size name, . - name
// clang-format on

#endif
