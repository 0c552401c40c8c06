// SPDX-License-Identifier: BSD-3-Clause
// Inside console/.
#ifndef CONSOLE_INTERNAL_H
#define CONSOLE_INTERNAL_H

#include <halvm/types.h>

// How long printk() waits for room in all.
#define CONSOLE_PUT_NS (5 * NS_PER_SEC)

void console_put(const char *buf, size_t len);

// symbols.c: the function that holds addr, NULL when unknown.
const char *symbol_find(uintptr_t addr, uintptr_t *offset);

// panic.c: registers and backtrace.
struct trap_frame;
void panic_print_frame(const struct trap_frame *frame);

#endif
