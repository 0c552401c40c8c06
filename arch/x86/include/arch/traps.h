// SPDX-License-Identifier: BSD-3-Clause
// Vectors and the numbers that entry code and C share. Plain #defines: assembler reads this too.
#ifndef ARCH_TRAPS_H
#define ARCH_TRAPS_H

#define TRAP_STUBS     33   // the CPU's 32 exceptions, and the upcall
#define VECTOR_GATE    0x80 // 32-bit: how a thread enters the gate
#define TRAP_STUB_SIZE 16
#define VECTOR_NMI     2
#define VECTOR_UD      6
#define VECTOR_DF      8
#define VECTOR_PF      14
#define VECTOR_MC      18
#define VECTOR_UPCALL  32

// Bit n: vector n pushes an error code (AMD64 APM volume 2, table 8-1).
#define TRAPS_WITH_ERROR_CODE 0x60227d00

// What a thread asks of the kernel side besides hypercalls, with `syscall` or, in 32-bit code,
// `int $VECTOR_GATE`: numbers that no hypercall has.
#define GATE_FIRST 0x48414c00
#define GATE_RESUME \
    0x48414c00 // PV, and 32-bit: continue the interrupted context in the first argument (struct
               // arch_context *)
#define GATE_IDLE   0x48414c01 // PVH: wait for an interrupt with interrupts on
#define GATE_FS     0x48414c02 // PVH, 64-bit: set the base of %fs to the first argument
#define GATE_INVLPG 0x48414c03 // PVH: forget the translation of the address in the first argument
#define GATE_FLUSH  0x48414c04 // PVH: forget all translations
#define GATE_SUSPEND \
    0x48414c06 // 32-bit PVH: SCHEDOP_shutdown with the first argument, then the task register anew
#define GATE_M2P 0x48414c05 // PV, 32-bit: the pfn of the mfn in the first argument

#endif
