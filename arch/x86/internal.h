// SPDX-License-Identifier: BSD-3-Clause
// Inside arch/x86/.
#ifndef ARCH_INTERNAL_H
#define ARCH_INTERNAL_H

#include <arch/cpu.h>

extern struct cpu_area boot_cpu_area;

// The first vCPU's struct cpu, before anything asks for it.
void cpu_init_boot(void);
// Make struct cpu the base of the per-vCPU segment, on the vCPU itself, on the kernel side.
void cpu_set_base(struct cpu *cpu);

#endif
