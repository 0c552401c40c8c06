// SPDX-License-Identifier: BSD-3-Clause
// Starting further vCPUs (Xen: vcpu.h, hvm/hvm_vcpu.h, xen.h struct vcpu_guest_context).
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <arch/traps.h>
#include <xen/errno.h>
#include <xen/hvm/hvm_vcpu.h>
#include "internal.h"

void ap_entry(void); // %rdi = struct cpu, %rsi = what to run, on the vCPU's kernel stack

size_t arch_cpu_area_size(void)
{
    return sizeof(struct cpu_area) + (CONFIG_HVM ? ROUND_UP(desc_size, PAGE_SIZE) : 0);
}

struct cpu *arch_cpu_prepare(void *area, unsigned int id)
{
    struct cpu *cpu = &((struct cpu_area *)area)->cpu;

    cpu->self = cpu;
    cpu->id = id;
    cpu_vcpu_info(cpu)->evtchn_upcall_mask = 1;
    if (CONFIG_HVM)
        desc_prepare((char *)area + sizeof(struct cpu_area), cpu);
    return cpu;
}

int arch_cpu_register_info(struct cpu *cpu, mfn_t frame)
{
    struct vcpu_register_vcpu_info arg = {.mfn = frame};

    return hypercall(VCPUOP_register_vcpu_info, cpu->id, (unsigned long)&arg, 0, 0,
                     __HYPERVISOR_vcpu_op);
}

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

// On the new vCPU, which ap_entry has given the boot vCPU's segments.
void ap_main(struct cpu *cpu, void (*entry)(struct cpu *));
void ap_main(struct cpu *cpu, void (*entry)(struct cpu *))
{
    if (CONFIG_HVM) {
        cpu_set_base(cpu);
        desc_load(cpu);
    }
    entry(cpu);
}

int arch_cpu_start(struct cpu *cpu, void (*entry)(struct cpu *))
{
    int rc = CONFIG_PV ? initialise_pv(cpu, entry) : initialise_pvh(cpu, entry);

    return rc ? rc : arch_cpu_up(cpu->id);
}

int arch_cpu_up(unsigned int id)
{
    return hypercall(VCPUOP_up, id, 0, 0, 0, __HYPERVISOR_vcpu_op);
}

int arch_cpu_down(unsigned int id)
{
    return hypercall(VCPUOP_down, id, 0, 0, 0, __HYPERVISOR_vcpu_op);
}

int arch_cpu_is_up(unsigned int id)
{
    return hypercall(VCPUOP_is_up, id, 0, 0, 0, __HYPERVISOR_vcpu_op);
}
