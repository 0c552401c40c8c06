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

// Tell Xen what a further vCPU starts with: entry(cpu), on its kernel stack. 0 or Xen's error.
int vcpu_initialise(struct cpu *cpu, void (*entry)(struct cpu *));

// Ring 3. Under 64-bit PV the kernel side is there too: not to be asked then.
bool arch_in_thread(void);

// Make struct cpu the base of the per-vCPU segment, on the vCPU itself, on the kernel side.
void cpu_set_base(struct cpu *cpu);

// 32-bit: a data segment of all 4 GiB from base, in an entry of the GDT.
void desc32_set_base(unsigned int index, uintptr_t base);
// PV: hand the GDT to Xen, who writes it from now on. The machine frame that it is.
void desc32_init_pv(void);
mfn_t desc32_gdt_frame(void);
// PVH: after a restore, on this vCPU.
void desc32_reload_task(void);

// init.c: put Xen's shared page, at this machine address under PV, in its place.
void map_shared_info(maddr_t addr);
bool cpu_is_intel(void);
extern bool hypercall_is_vmcall;

#endif
