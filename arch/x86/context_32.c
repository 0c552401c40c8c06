// SPDX-License-Identifier: BSD-3-Clause
// What a 32-bit thread begins with, and the bases of its segments.
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/traps.h>
#include "internal.h"

#define FPU_CONTROL \
    0x037f // x87: all exceptions masked, 64-bit precision, as the ABI starts a process
#define MXCSR_START 0x1f80

void arch_thread_trampoline(void);

void arch_set_fs_base(uintptr_t base)
{
    struct cpu *cpu = this_cpu();

    if (base == cpu->fs_base)
        return;
    cpu->fs_base = base;
    desc32_set_base(GDT32_TLS(cpu->id), base);
    // Loading it is what makes the CPU look at the table.
    __asm__ volatile("mov %0, %%gs" ::"r"(SEL32(GDT32_TLS(cpu->id), 3)));
}

void cpu_set_base(struct cpu *cpu)
{
    desc32_set_base(GDT32_CPU(cpu->id), (uintptr_t)cpu);
    if (CONFIG_PV)
        desc32_init_pv();
    __asm__ volatile("mov %0, %%fs" ::"r"(SEL32(GDT32_CPU(cpu->id), 3)));
}

void arch_context_init(struct arch_context *ctx, uintptr_t stack_top, uintptr_t fs_base,
                       void (*entry)(void *), void *arg)
{
    // What arch_context_switch() would have left: FPU control, edi esi ebx ebp, return address;
    // above it zeroes that end a backtrace.
    uint32_t *sp = (uint32_t *)(stack_top & ~15UL) - 11;

    sp[0] = MXCSR_START;
    sp[1] = FPU_CONTROL;
    sp[2] = 0;
    sp[3] = (uint32_t)arg;   // esi
    sp[4] = (uint32_t)entry; // ebx
    sp[5] = 0;
    sp[6] = (uint32_t)arch_thread_trampoline;
    sp[7] = sp[8] = sp[9] = sp[10] = 0;
    *ctx = (struct arch_context){
        .rsp = (uint32_t)sp,
        .kind = CTX_COOPERATIVE,
        .fs_base = fs_base,
    };
}
