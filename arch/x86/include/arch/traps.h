// SPDX-License-Identifier: BSD-3-Clause
// Vectors and the numbers that entry code and C share. Plain #defines: assembler reads this too.
#ifndef ARCH_TRAPS_H
#define ARCH_TRAPS_H

#define TRAP_STUBS     33 // the CPU's 32 exceptions, and the upcall
#define TRAP_STUB_SIZE 16
#define VECTOR_NMI     2
#define VECTOR_DF      8
#define VECTOR_PF      14
#define VECTOR_MC      18
#define VECTOR_UPCALL  32

// Bit n: vector n pushes an error code (AMD64 APM volume 2, table 8-1).
#define TRAPS_WITH_ERROR_CODE 0x60227d00

// A number that no hypercall has: the gate continues the context in the first argument (struct arch_context *).
#define GATE_RESUME 0x48414c56

#endif
