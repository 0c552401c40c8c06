// SPDX-License-Identifier: BSD-3-Clause
// Selectors, and arch/'s own set-up steps.
#ifndef ARCH_DESC_H
#define ARCH_DESC_H

#define PVH_SEL_CODE64 0x08
#define PVH_SEL_DATA   0x10
// SYSRET takes SS and CS 8 and 16 above the selector in STAR (AMD64 APM volume 3, SYSRET).
#define PVH_SEL_SYSRET    0x18
#define PVH_SEL_USER_DATA 0x23
#define PVH_SEL_USER_CODE 0x2b
#define PVH_SEL_TSS       0x30 // two slots
#define PVH_GDT_WORDS     8

#define MSR_STAR     0xc0000081
#define MSR_LSTAR    0xc0000082
#define MSR_SFMASK   0xc0000084
#define MSR_FS_BASE  0xc0000100
#define MSR_GS_BASE  0xc0000101
#define RFLAGS_FIXED 0x0002 // bit 1 reads as one
#define RFLAGS_TF    0x0100
#define RFLAGS_IF    0x0200
#define RFLAGS_DF    0x0400
#define RFLAGS_IOPL3 0x3000

#ifndef __ASSEMBLER__
#include <stdint.h>

// Fill and load the IDT, GDT and TSS, and set up the gate (PVH).
void desc_init(void);
// Register the trap table, callbacks and kernel stack with Xen (PV).
void pv_traps_init(void);

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}
#endif

#endif
