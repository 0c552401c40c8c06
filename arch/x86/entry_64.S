// SPDX-License-Identifier: BSD-3-Clause
// 64-bit entry and exit: traps, upcalls, the system-call gate of PV, and the context switch.
//
// A trap frame (struct trap_frame), from its highest address down:
//
//     ss rsp rflags cs rip      pushed by the CPU (PVH) or by Xen (PV)
//     error_code                likewise, or 0 pushed by the stub
//     vector                    by the stub; PV pushes r11 and rcx below the above, which the stub takes off first
//     rdi ... r15               by trap_common
//
// Which stack: PVH gives each vector an IST stack (desc.c). 64-bit PV runs threads in guest user mode, for which Xen switches to the
// kernel stack. Either way the 128 bytes below an interrupted thread's %rsp are left alone: the stock archives keep live data there.

#include <arch/asm.h>
#include <arch/config.h>
#include <arch/frame.h>
#include <arch/traps.h>

#define __ASSEMBLY__ 1
#include <xen/xen.h>

// long hypercall(a1, a2, a3, a4, a5, nr)
ENTRY(hypercall)
    mov     %rcx, %r10
    mov     %r9d, %eax
#if CONFIG_PV
    syscall
#else
    cmpb    $0, hypercall_is_vmcall(%rip)
    jne     1f
    vmmcall
    ret
1:  vmcall
#endif
    ret
END(hypercall)

#if CONFIG_PV
#define TAKE_OFF_PV_WORDS                                                                          \
    pop     %rcx;                                                                                  \
    pop     %r11;
#else
#define TAKE_OFF_PV_WORDS
#endif

// One stub for each vector, TRAP_STUB_SIZE bytes apart.
    .section .text.trap_stubs, "ax", @progbits
    .globl  trap_stubs
    .p2align 4
trap_stubs:
    vector = 0
    .rept TRAP_STUBS
    .p2align 4
    TAKE_OFF_PV_WORDS
    .if !((TRAPS_WITH_ERROR_CODE >> vector) & 1)
    push    $0
    .endif
    push    $vector
    jmp     trap_common
    vector = vector + 1
    .endr

ENTRY(trap_common)
    push    %rdi
    push    %rsi
    push    %rdx
    push    %rcx
    push    %rax
    push    %r8
    push    %r9
    push    %r10
    push    %r11
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    mov     %rsp, %rdi
    cld
    call    trap_dispatch
    .globl  trap_return
trap_return: // %rsp points to a trap frame
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
    pop     %r11
    pop     %r10
    pop     %r9
    pop     %r8
    pop     %rax
    pop     %rcx
    pop     %rdx
    pop     %rsi
    pop     %rdi
#if CONFIG_PV
    // HYPERVISOR_iret wants {rax r11 rcx flags | rip cs rflags rsp ss} on the stack (struct iret_context).
    mov     %rcx, 0(%rsp) // over the vector
    movq    $0, 8(%rsp)   // over the error code: flags, a full iret
    push    %r11
    push    %rax
    mov     $__HYPERVISOR_iret, %eax
    syscall
    ud2
#else
    add     $16, %rsp
    iretq
#endif
END(trap_common)

// void arch_return_to_frame(const struct trap_frame *frame)
ENTRY(arch_return_to_frame)
    mov     %rdi, %rsp
    jmp     trap_return
END(arch_return_to_frame)

#if CONFIG_PV
// A thread's `syscall`, events masked, on the kernel stack: {rcx r11 rip cs rflags rsp ss}. Registers are already as the hypercall
// wants them, so the gate only passes it on; Xen's result stays in %rax.
ENTRY(syscall_gate)
    cmp     $GATE_RESUME, %eax
    je      1f
    syscall
    movq    $VGCF_IN_SYSCALL, 8(%rsp) // rcx and r11 are the caller's to lose, as after any syscall
    push    %r11
    push    %rax
    mov     $__HYPERVISOR_iret, %eax
    syscall
    ud2
1:  // GATE_RESUME: continue the interrupted context in %rdi, which only the kernel side can (registers, %rsp and mask in one step).
    lea     CTX_FRAME(%rdi), %rsi
    sub     $FRAME_SIZE + 8, %rsp
    and     $-16, %rsp
    mov     %rsp, %rdi
    mov     $FRAME_SIZE / 8, %ecx
    cld
    rep movsq
    jmp     trap_return
END(syscall_gate)
#endif

// void arch_context_switch(struct arch_context *prev, struct arch_context *next)
ENTRY(arch_context_switch)
    push    %rbp
    push    %rbx
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    sub     $8, %rsp
    stmxcsr 0(%rsp)
    fnstcw  4(%rsp)
    mov     %rsp, CTX_RSP(%rdi)
    movq    $CTX_COOPERATIVE, CTX_KIND(%rdi)
    cmpq    $CTX_COOPERATIVE, CTX_KIND(%rsi)
    jne     1f
    mov     CTX_RSP(%rsi), %rsp
    .globl  arch_context_resume
arch_context_resume: // %rsp as a cooperative switch left it
    ldmxcsr 0(%rsp)
    fldcw   4(%rsp)
    add     $8, %rsp
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbx
    pop     %rbp
    ret
1:  fxrstor64 CTX_FPU(%rsi)
#if CONFIG_USER_MODE
    mov     %rsi, %rdi
    mov     $GATE_RESUME, %eax
    syscall
    ud2
#else
    // iret takes %rsp from the frame, so nothing is ever pushed on the thread's own stack, whose red zone may be live.
    lea     CTX_FRAME(%rsi), %rsp
    jmp     trap_return
#endif
END(arch_context_switch)

// First instruction of a thread: entry in %rbx, argument in %r12 (arch_context_init).
ENTRY(arch_thread_trampoline)
    xor     %ebp, %ebp
    mov     %r12, %rdi
    call    *%rbx
    ud2
END(arch_thread_trampoline)

    .section .note.GNU-stack, "", @progbits
