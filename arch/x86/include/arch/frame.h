// SPDX-License-Identifier: BSD-3-Clause
// What the entry code saves of an interrupted context, and a thread's whole state while it does not
// run. The offsets are used by entry_64.S and entry_32.S, which assert them through context_64.c
// and context_32.c.
#ifndef ARCH_FRAME_H
#define ARCH_FRAME_H

#include <arch/config.h>

#if CONFIG_64BIT
#define FRAME_SIZE 176 // struct trap_frame
#define CTX_KIND   8
#define CTX_ACTIVE 24
#define CTX_FRAME  32
#define CTX_FPU    (CTX_FRAME + FRAME_SIZE)
#else
#define FRAME_SIZE 60
#define CTX_KIND   4
#define CTX_ACTIVE 12
#define CTX_FRAME  16
#define CTX_FPU    80
#endif
#define CTX_RSP 0

#define CTX_COOPERATIVE 0 // callee-saved registers lie on its stack, below CTX_RSP
#define CTX_INTERRUPTED 1 // everything lies in the frame and the FPU area

#ifndef __ASSEMBLER__
#include <stdint.h>

#if CONFIG_64BIT
struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector;
    uint64_t error_code;
    // What the CPU or Xen pushed.
    uint64_t rip, cs, rflags, rsp, ss;
};
#else
// The same names, so that whoever looks at a frame need not ask.
struct trap_frame {
    uint32_t rdi, rsi, rbp, pushed_rsp, rbx, rdx, rcx, rax; // `pusha`
    uint32_t vector;
    uint32_t error_code;
    uint32_t rip, cs, rflags;
    uint32_t rsp, ss; // only there when a thread was interrupted
};
#endif

struct arch_context {
    unsigned long rsp;
    unsigned long kind;
    unsigned long fs_base;
    unsigned long active; // a vCPU holds it: taken from a queue, and not saved again yet
    struct trap_frame frame;
    uint8_t fpu[512] __attribute__((aligned(16)));
} __attribute__((aligned(16)));

#endif
#endif
