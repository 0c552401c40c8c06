// SPDX-License-Identifier: BSD-3-Clause
// Selectors, and arch/'s own set-up steps.
#ifndef ARCH_DESC_H
#define ARCH_DESC_H

#define PVH_SEL_CODE64 0x08
#define PVH_SEL_DATA   0x10
#define PVH_SEL_CODE32 0x18
#define PVH_SEL_TSS    0x20 // two slots

#ifndef __ASSEMBLER__
// Fill and load the IDT, GDT and TSS (PVH).
void desc_init(void);
// Register the trap table, callbacks and kernel stack with Xen (PV).
void pv_traps_init(void);
#endif

#endif
