// SPDX-License-Identifier: BSD-3-Clause
// What a 64-bit thread begins with, and the bases of its segments.
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/traps.h>
#include "internal.h"

#define FPU_CONTROL \
    0x037fULL // x87: all exceptions masked, 64-bit precision, as the ABI starts a process
#define MXCSR_START 0x1f80ULL

void arch_thread_trampoline(void);

void arch_set_fs_base(uintptr_t base)
{
    struct cpu *cpu = this_cpu();

    if (base == cpu->fs_base)
        return;
    cpu->fs_base = base;
    if (CONFIG_PV)
        hypercall_2(__HYPERVISOR_set_segment_base, SEGBASE_FS, base);
    else if (arch_in_thread())
        gate_call(GATE_FS, base);
    else
        wrmsr(MSR_FS_BASE, base);
}

void cpu_set_base(struct cpu *cpu)
{
    uintptr_t base = (uintptr_t)cpu;

    if (CONFIG_PV) {
        // Xen exchanges the two when it goes between the guest's kernel and user modes.
        hypercall_2(__HYPERVISOR_set_segment_base, SEGBASE_GS_KERNEL, base);
        hypercall_2(__HYPERVISOR_set_segment_base, SEGBASE_GS_USER, base);
    } else {
        wrmsr(MSR_GS_BASE, base);
    }
}

void arch_context_init(struct arch_context *ctx, uintptr_t stack_top, uintptr_t fs_base,
                       void (*entry)(void *), void *arg)
{
    // What arch_context_switch() would have left: FPU control, r15 r14 r13 r12 rbx rbp, return
    // address; above it a word that keeps the stack aligned as after a call.
    uint64_t *sp = (uint64_t *)(stack_top & ~15UL) - 10;

    sp[0] = FPU_CONTROL << 32 | MXCSR_START;
    sp[1] = sp[2] = sp[3] = 0;
    sp[4] = (uint64_t)arg;   // r12
    sp[5] = (uint64_t)entry; // rbx
    sp[6] = 0;
    sp[7] = (uint64_t)arch_thread_trampoline;
    sp[8] = sp[9] = 0;
    *ctx = (struct arch_context){
        .rsp = (uint64_t)sp,
        .kind = CTX_COOPERATIVE,
        .fs_base = fs_base,
    };
}
