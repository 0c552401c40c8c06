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
// Which stack: threads run in user mode, so the CPU (PVH) or Xen (PV) switches to the kernel stack, and the 128 bytes below an
// interrupted thread's %rsp are left alone: the stock archives keep live data there. What interrupts the kernel side goes below what
// is on its stack.

#include <arch/asm.h>
#include <arch/config.h>
#include <arch/desc.h>
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
    mov     %cs, %ecx
    test    $3, %cl
    jz      1f
    syscall // Xen takes no hypercalls from user mode: through the gate
    ret
1:  cmpb    $0, hypercall_is_vmcall(%rip)
    jne     2f
    vmmcall
    ret
2:  vmcall
#endif
    ret
END(hypercall)

// void gate_call(unsigned int number, unsigned long arg): by a thread
ENTRY(gate_call)
    mov     %edi, %eax
    mov     %rsi, %rdi
    syscall
    ret
END(gate_call)

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
#else
// A thread's `syscall`, interrupts off (SFMASK), still on the thread's stack, return address in %rcx and flags in %r11. Nothing here
// pushes. Hypercalls have their registers right already; Xen changes none but %rax.
ENTRY(syscall_gate)
    cmp     $GATE_FIRST, %eax
    jae     2f
    cmpb    $0, hypercall_is_vmcall(%rip)
    jne     1f
    vmmcall
    sysretq
1:  vmcall
    sysretq
2:  cmp     $GATE_FS, %eax
    je      3f
    cmp     $GATE_INVLPG, %eax
    je      4f
    cmp     $GATE_FLUSH, %eax
    je      5f
    // GATE_IDLE, by the idle thread, whose code has no red zone. `sti` holds interrupts off for one more instruction: none falls between
    // it and the `hlt`. An upcall runs on this stack.
    sti
    hlt
    cli
    sysretq
3:  mov     %rcx, %r8
    mov     $MSR_FS_BASE, %ecx
    mov     %edi, %eax
    mov     %rdi, %rdx
    shr     $32, %rdx
    wrmsr
    mov     %r8, %rcx
    sysretq
4:  invlpg  (%rdi)
    sysretq
5:  mov     %cr3, %rax
    mov     %rax, %cr3
    sysretq
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
    movq    $0, CTX_ACTIVE(%rdi) // from here on another vCPU may continue it: nothing below touches it or its stack
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
#if CONFIG_PV
    mov     %rsi, %rdi
    mov     $GATE_RESUME, %eax
    syscall
    ud2
#else
    // iret takes %rsp from the frame, so nothing is ever pushed on the thread's own stack, whose red zone may be live. It may change the
    // interrupt flag, for a thread's I/O privilege level is 3.
    lea     CTX_FRAME(%rsi), %rsp
    jmp     trap_return
#endif
END(arch_context_switch)

// First instruction of a further vCPU: %rdi = its struct cpu, %rsi = what to run, %rsp its kernel stack. Under PVH Xen starts it in
// 64-bit mode with segments whose selectors mean nothing yet.
ENTRY(ap_entry)
    xor     %ebp, %ebp
#if !CONFIG_PV
    lgdt    gdt_pointer(%rip)
    pushq   $PVH_SEL_CODE64
    lea     1f(%rip), %rax
    push    %rax
    lretq
1:  mov     $PVH_SEL_DATA, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %ss
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
#endif
    call    ap_main
    ud2
END(ap_entry)

// First instruction of a thread: entry in %rbx, argument in %r12 (arch_context_init).
ENTRY(arch_thread_trampoline)
    xor     %ebp, %ebp
    mov     %r12, %rdi
    call    *%rbx
    ud2
END(arch_thread_trampoline)

    .section .note.GNU-stack, "", @progbits
