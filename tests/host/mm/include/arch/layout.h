// SPDX-License-Identifier: BSD-3-Clause
// In place of arch/x86's: where the host put the memory that plays RAM.
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#include <stdint.h>

extern uintptr_t host_direct_base;
#define DIRECT_BASE host_direct_base
#define VM_LOW_BASE 0x50000000UL
#define VM_LOW_END  0x7ff00000UL
#define VM_BASE     0x100000000000UL
#define VM_END      0x7f0000000000UL

#endif
