// SPDX-License-Identifier: BSD-3-Clause
// The registers that a further vCPU starts with in 32-bit code (Xen: hvm/hvm_vcpu.h, xen.h struct
// vcpu_guest_context).
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <xen/hvm/hvm_vcpu.h>
#include "internal.h"

#define AR_CODE \
    0xc9b // present, 32-bit, in pages, DPL 0: bits 40 to 47 and 52 to 55 of a descriptor
#define AR_DATA 0xc93
#define AR_TSS  0x08b

void ap_entry(void); // %edi = struct cpu, %esi = what to run, on the vCPU's kernel stack

static int initialise_pvh(struct cpu *cpu, void (*entry)(struct cpu *))
{
    struct vcpu_hvm_context ctx = {
        .mode = VCPU_HVM_MODE_32B,
        .cpu_regs.x86_32 =
            {
                .edi = (uintptr_t)cpu,
                .esi = (uintptr_t)entry,
                .esp = (uintptr_t)cpu,
                .eip = (uintptr_t)ap_entry,
                .eflags = RFLAGS_FIXED,
                .cr0 = CR0_RUN,
                .cr3 = arch_root_pfn << PAGE_SHIFT,
                .cr4 = CR4_RUN,
                .cs_limit = ~0u,
                .ds_limit = ~0u,
                .ss_limit = ~0u,
                .es_limit = ~0u,
                .tr_limit = 103,
                .cs_ar = AR_CODE,
                .ds_ar = AR_DATA,
                .ss_ar = AR_DATA,
                .es_ar = AR_DATA,
                .tr_ar = AR_TSS,
            },
    };

    return hypercall(VCPUOP_initialise, cpu->id, (unsigned long)&ctx, 0, 0, __HYPERVISOR_vcpu_op);
}

static int initialise_pv(struct cpu *cpu, void (*entry)(struct cpu *))
{
    // Too large for a stack; only one vCPU is started at a time.
    static struct vcpu_guest_context ctx;

    desc32_set_base(GDT32_CPU(cpu->id), (uintptr_t)cpu);
    memset(&ctx, 0, sizeof(ctx));
    ctx.flags = VGCF_in_kernel;
    pv_traps_fill(&ctx, cpu);
    ctx.user_regs.edi = (uintptr_t)cpu;
    ctx.user_regs.esi = (uintptr_t)entry;
    ctx.user_regs.esp = (uintptr_t)cpu;
    ctx.user_regs.eip = (uintptr_t)ap_entry;
    ctx.user_regs.eflags = RFLAGS_FIXED;
    ctx.user_regs.cs = FLAT_KERNEL_CS;
    ctx.user_regs.ss = FLAT_KERNEL_SS;
    ctx.user_regs.ds = ctx.user_regs.es = FLAT_USER_DS;
    ctx.user_regs.fs = SEL32(GDT32_CPU(cpu->id), 3);
    ctx.gdt_frames[0] = desc32_gdt_frame();
    ctx.gdt_ents = GDT32_WORDS;
    ctx.ctrlreg[0] = CR0_RUN;
    ctx.ctrlreg[3] = xen_pfn_to_cr3(pfn_to_mfn(arch_root_pfn));
    return hypercall(VCPUOP_initialise, cpu->id, (unsigned long)&ctx, 0, 0, __HYPERVISOR_vcpu_op);
}

int vcpu_initialise(struct cpu *cpu, void (*entry)(struct cpu *))
{
    return CONFIG_PV ? initialise_pv(cpu, entry) : initialise_pvh(cpu, entry);
}
