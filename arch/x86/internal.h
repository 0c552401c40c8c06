// SPDX-License-Identifier: BSD-3-Clause
// Inside arch/x86/.
#ifndef ARCH_INTERNAL_H
#define ARCH_INTERNAL_H

#include <arch/cpu.h>

extern struct cpu_area boot_cpu_area;

// The first vCPU's struct cpu, before anything asks for it.
void cpu_init_boot(void);
// PVH: a vCPU's GDT, TSS and stacks for the vectors that need their own.
struct desc_area;
extern const size_t desc_size;
// Fill them in, for the boot vCPU in the image, for others at `area`, zeroed.
void desc_prepare(void *area, struct cpu *cpu);
// Load them on the vCPU itself, and set up the gate.
void desc_load(struct cpu *cpu);
void desc_init_boot(void);

// PV: register the trap table, callbacks and kernel stack with Xen; the same for a vCPU to come.
struct vcpu_guest_context;
void pv_traps_init(void);
void pv_traps_fill(struct vcpu_guest_context *ctx, struct cpu *cpu);

// Make struct cpu the base of the per-vCPU segment, on the vCPU itself, on the kernel side.
void cpu_set_base(struct cpu *cpu);

#endif
