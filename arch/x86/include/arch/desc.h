// SPDX-License-Identifier: BSD-3-Clause
// Selectors, and arch/'s own set-up steps.
#ifndef ARCH_DESC_H
#define ARCH_DESC_H

#include <arch/config.h>

#define PVH_SEL_CODE64 0x08
#define PVH_SEL_DATA   0x10
// SYSRET takes SS and CS 8 and 16 above the selector in STAR (AMD64 APM volume 3, SYSRET).
#define PVH_SEL_SYSRET    0x18
#define PVH_SEL_USER_DATA 0x23
#define PVH_SEL_USER_CODE 0x2b
#define PVH_SEL_TSS       0x30 // two slots
#define PVH_GDT_WORDS     8

// What every vCPU runs with.
#define CR0_PE         0x00000001
#define CR0_MP         0x00000002
#define CR0_NE         0x00000020
#define CR0_WP         0x00010000 // the kernel too obeys read-only pages
#define CR0_PG         0x80000000
#define CR0_ET         0x00000010 // reads as one; Xen restores no vCPU that was started without
#define CR0_RUN        (CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE)
#define CR4_PAE        0x020
#define CR4_PSE        0x010
#define CR4_OSFXSR     0x200
#define CR4_OSXMMEXCPT 0x400
#if CONFIG_64BIT
#define CR4_RUN (CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT)
#else
#define CR4_RUN (CR4_PSE | CR4_OSFXSR | CR4_OSXMMEXCPT)
#endif
#define EFER_SCE 0x001
#define EFER_LME 0x100
#define EFER_LMA 0x400
#define EFER_NXE 0x800
#define EFER_RUN (EFER_SCE | EFER_LME | EFER_NXE)

// 32-bit: one GDT for all vCPUs and both protocols (desc_32.c). Under PV the code and stack
// segments are Xen's; data segments are the user ones on the kernel side too, so that no entry has
// to change them.
#define SEL32_KERNEL_CODE 0x08
#define SEL32_KERNEL_DATA 0x10
#define SEL32_USER_CODE   0x1b
#define SEL32_USER_DATA   0x23
#define SEL32_DF_TSS      0x28 // PVH: the task that a double fault starts
#define GDT32_WORDS       512
#define GDT32_CPU(id)     (8 + 4 * (id))      // struct cpu, by %fs
#define GDT32_TLS(id)     (GDT32_CPU(id) + 1) // thread-local storage, by %gs
#define GDT32_TSS(id)     (GDT32_CPU(id) + 2) // PVH
#define SEL32(index, rpl) ((index)*8 | (rpl)) // selector of an entry

#define MSR_EFER     0xc0000080
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

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}
#endif

#endif
