// SPDX-License-Identifier: BSD-3-Clause
// The registers that a further vCPU starts with (Xen: hvm/hvm_vcpu.h, xen.h struct
// vcpu_guest_context).
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <xen/hvm/hvm_vcpu.h>
#include "internal.h"

void ap_entry(void); // %rdi = struct cpu, %rsi = what to run, on the vCPU's kernel stack

static int initialise_pvh(struct cpu *cpu, void (*entry)(struct cpu *))
{
    struct vcpu_hvm_context ctx = {
        .mode = VCPU_HVM_MODE_64B,
        .cpu_regs.x86_64 =
            {
                .rdi = (uintptr_t)cpu,
                .rsi = (uintptr_t)entry,
                .rsp = (uintptr_t)cpu,
                .rip = (uintptr_t)ap_entry,
                .rflags = RFLAGS_FIXED,
                .cr0 = CR0_RUN,
                .cr3 = (uint64_t)arch_root_pfn << PAGE_SHIFT,
                .cr4 = CR4_RUN,
                .efer = EFER_RUN | EFER_LMA,
            },
    };

    return hypercall(VCPUOP_initialise, cpu->id, (unsigned long)&ctx, 0, 0, __HYPERVISOR_vcpu_op);
}

static int initialise_pv(struct cpu *cpu, void (*entry)(struct cpu *))
{
    // Too large for a stack; only one vCPU is started at a time.
    static struct vcpu_guest_context ctx;
    mfn_t root = pfn_to_mfn(arch_root_pfn);

    memset(&ctx, 0, sizeof(ctx));
    ctx.flags = VGCF_in_kernel;
    pv_traps_fill(&ctx, cpu);
    ctx.user_regs.rdi = (uintptr_t)cpu;
    ctx.user_regs.rsi = (uintptr_t)entry;
    ctx.user_regs.rsp = (uintptr_t)cpu;
    ctx.user_regs.rip = (uintptr_t)ap_entry;
    ctx.user_regs.rflags = RFLAGS_FIXED;
    ctx.user_regs.cs = FLAT_KERNEL_CS;
    ctx.user_regs.ss = FLAT_KERNEL_SS;
    ctx.ctrlreg[0] = CR0_RUN;
    ctx.ctrlreg[1] = xen_pfn_to_cr3(root); // of user mode: the same
    ctx.ctrlreg[3] = xen_pfn_to_cr3(root);
    ctx.gs_base_kernel = ctx.gs_base_user = (uintptr_t)cpu;
    return hypercall(VCPUOP_initialise, cpu->id, (unsigned long)&ctx, 0, 0, __HYPERVISOR_vcpu_op);
}

int vcpu_initialise(struct cpu *cpu, void (*entry)(struct cpu *))
{
    return CONFIG_PV ? initialise_pv(cpu, entry) : initialise_pvh(cpu, entry);
}
