// SPDX-License-Identifier: BSD-3-Clause
// Starting further vCPUs (Xen: vcpu.h); smp_64.c and smp_32.c have the registers.
#include <arch/arch.h>
#include <arch/hypercall.h>
#include <xen/errno.h>
#include "internal.h"

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
    int rc = vcpu_initialise(cpu, entry);

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
