// SPDX-License-Identifier: BSD-3-Clause
// Included first in every file of the kernel rooms (by the Makefile's -include). The kernel side
// has its own memory functions, in general registers, because it runs on interrupts where the C
// library's may not. The labels redirect also the calls that the compiler makes up for itself.
#ifndef ARCH_KERNEL_H
#define ARCH_KERNEL_H

#ifndef __ASSEMBLER__
#include <stddef.h>

void *memcpy(void *dest, const void *src, size_t n) __asm__("kmemcpy");
void *memmove(void *dest, const void *src, size_t n) __asm__("kmemmove");
void *memset(void *dest, int c, size_t n) __asm__("kmemset");
int memcmp(const void *a, const void *b, size_t n) __asm__("kmemcmp");
size_t strlen(const char *s) __asm__("kstrlen");

#endif
#endif
