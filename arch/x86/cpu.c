// SPDX-License-Identifier: BSD-3-Clause
// vCPUs, and how they wait for each other.
#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <arch/spinlock.h>
#include "internal.h"

#define SPINS_BEFORE_YIELD 1000

_Static_assert(sizeof(struct cpu) == CPU_SIZE, "CPU_SIZE");
_Static_assert(offsetof(struct cpu_area, shared) % PAGE_SIZE == 0, "the shared page is one");

// In .bss, so nothing is mapped or allocated for the first vCPU.
struct cpu_area boot_cpu_area __attribute__((aligned(PAGE_SIZE)));
struct cpu *cpus[CPUS_MAX];
unsigned int nr_cpus;
bool spin_no_more;

void cpu_init_boot(void)
{
    struct cpu *cpu = &boot_cpu_area.cpu;

    cpu->self = cpu;
    cpus[0] = cpu;
    nr_cpus = 1;
    cpu_set_base(cpu);
}

bool spin_wait(struct spinlock *l)
{
    unsigned int spins = 0;

    // Xen may have taken the CPU from the holder's vCPU: let it have ours rather than burn it.
    while (READ_ONCE(l->held)) {
        if (READ_ONCE(spin_no_more))
            return false;
        arch_pause();
        if (++spins % SPINS_BEFORE_YIELD == 0)
            hypercall_sched_op(SCHEDOP_yield, NULL);
    }
    return true;
}
