// SPDX-License-Identifier: BSD-3-Clause
// What the entry code saves of an interrupted context, and a thread's whole state while it does not
// run. The offsets are used by entry_64.S, which asserts them through context.c.
#ifndef ARCH_FRAME_H
#define ARCH_FRAME_H

#define FRAME_SIZE 176 // struct trap_frame
#define FRAME_RIP  136

#define CTX_RSP    0
#define CTX_KIND   8
#define CTX_ACTIVE 24
#define CTX_FRAME  32
#define CTX_FPU    (CTX_FRAME + FRAME_SIZE)

#define CTX_COOPERATIVE 0 // callee-saved registers lie on its stack, below CTX_RSP
#define CTX_INTERRUPTED 1 // everything lies in the frame and the FPU area

#ifndef __ASSEMBLER__
#include <stdint.h>

struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector;
    uint64_t error_code;
    // What the CPU or Xen pushed.
    uint64_t rip, cs, rflags, rsp, ss;
};

struct arch_context {
    uint64_t rsp;
    uint64_t kind;
    uint64_t fs_base;
    uint64_t active; // a vCPU holds it: taken from a queue, and not saved again yet
    struct trap_frame frame;
    uint8_t fpu[512] __attribute__((aligned(16)));
} __attribute__((aligned(16)));

#endif
#endif
