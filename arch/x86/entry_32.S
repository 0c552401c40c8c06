// SPDX-License-Identifier: BSD-3-Clause
// 32-bit entry and exit: traps, upcalls, the gate, and the context switch.
//
// A trap frame (struct trap_frame), from its highest address down:
//
//     ss esp             only when a thread was interrupted: ring 3, the kernel side is ring 1 (PV) or 0 (PVH)
//     eflags cs eip      pushed by the CPU (PVH) or by Xen (PV), which keeps the event mask in bits 16 to 23 of cs
//     error_code         likewise, or 0 pushed by the stub
//     vector             by the stub
//     eax ... edi        by trap_common
//
// Data segment registers are the same for threads and the kernel side, so nobody saves them. Threads enter the kernel side by `int
// $VECTOR_GATE`, with %eax and arguments as for a hypercall.

#include <arch/asm.h>
#include <arch/config.h>
#include <arch/desc.h>
#include <arch/frame.h>
#include <arch/traps.h>

#define __ASSEMBLY__ 1
#include <xen/xen.h>
#define SCHEDOP_shutdown 2 // xen/sched.h, which is not for assembler
#define SCHED_OP 29 // __HYPERVISOR_sched_op of interface versions from 0x00030101 on

#if CONFIG_PV
// Back to what is on the stack, {eip cs eflags [esp ss]}: in one step with the event mask, which only Xen can do (xen: compat_iret).
#define RETURN                                                                                     \
    push    %eax;                                                                                  \
    mov     $__HYPERVISOR_iret, %eax;                                                              \
    int     $0x82;                                                                                 \
    ud2
#else
#define RETURN iret
#endif

// long hypercall(a1, a2, a3, a4, a5, nr)
ENTRY(hypercall)
    push    %ebp
    mov     %esp, %ebp
    push    %ebx
    push    %esi
    push    %edi
    mov     8(%ebp), %ebx
    mov     12(%ebp), %ecx
    mov     16(%ebp), %edx
    mov     20(%ebp), %esi
    mov     24(%ebp), %edi
    mov     28(%ebp), %eax
    push    %cs
    testb   $2, (%esp)
    lea     4(%esp), %esp
    jz      1f
    int     $VECTOR_GATE // Xen takes no hypercalls from ring 3
    jmp     3f
#if CONFIG_PV
1:  int     $0x82
#else
1:  cmpb    $0, hypercall_is_vmcall
    jne     2f
    vmmcall
    jmp     3f
2:  vmcall
#endif
3:  pop     %edi
    pop     %esi
    pop     %ebx
    pop     %ebp
    ret
END(hypercall)

// unsigned long gate_call(unsigned int number, unsigned long arg): by a thread
ENTRY(gate_call)
    push    %ebx
    mov     8(%esp), %eax
    mov     12(%esp), %ebx
    int     $VECTOR_GATE
    pop     %ebx
    ret
END(gate_call)

// One stub for each vector, TRAP_STUB_SIZE bytes apart.
    .section .text.trap_stubs, "ax", @progbits
    .globl  trap_stubs
    .p2align 4
trap_stubs:
    vector = 0
    .rept TRAP_STUBS
    .p2align 4
    .if !((TRAPS_WITH_ERROR_CODE >> vector) & 1)
    push    $0
    .endif
    push    $vector
    jmp     trap_common
    vector = vector + 1
    .endr

ENTRY(trap_common)
    pusha
    cld
    push    %esp
    call    trap_dispatch
    add     $4, %esp
trap_return: // %esp points to a trap frame
    popa
    add     $8, %esp
    RETURN
END(trap_common)

// void arch_return_to_frame(const struct trap_frame *frame)
ENTRY(arch_return_to_frame)
    mov     4(%esp), %esp
    jmp     trap_return
END(arch_return_to_frame)

// A thread's `int $VECTOR_GATE`, events off, on the kernel stack: {eip cs eflags esp ss}. A hypercall's registers are right already, so
// the gate only passes it on; Xen changes none but %eax.
ENTRY(syscall_gate)
    cmp     $GATE_FIRST, %eax
    jae     2f
#if CONFIG_PV
    int     $0x82
#else
    cmpb    $0, hypercall_is_vmcall
    jne     1f
    vmmcall
    iret
1:  vmcall
#endif
    RETURN
2:  cmp     $GATE_RESUME, %eax
    jne     3f
    // Continue the interrupted context in %ebx, which only the kernel side can: registers, %esp and interrupts in one step. The thread's
    // own frame here is of no more use.
    lea     CTX_FRAME(%ebx), %esi
    sub     $FRAME_SIZE, %esp
    mov     %esp, %edi
    mov     $FRAME_SIZE / 4, %ecx
    cld
    rep movsl
    jmp     trap_return
#if CONFIG_PV
3:  // GATE_M2P
    mov     m2p_table, %eax
    mov     (%eax,%ebx,4), %eax
    RETURN
#else
3:  cmp     $GATE_INVLPG, %eax
    je      4f
    cmp     $GATE_FLUSH, %eax
    je      5f
    cmp     $GATE_SUSPEND, %eax
    je      6f
    // GATE_IDLE. `sti` holds interrupts off for one more instruction: none falls between it and the `hlt`. An upcall runs on this stack.
    sti
    hlt
    cli
    iret
4:  invlpg  (%ebx)
    iret
5:  mov     %cr3, %eax
    mov     %eax, %cr3
    iret
6:  push    %ebx
    mov     %ebx, %ecx
    mov     $SCHEDOP_shutdown, %ebx
    mov     $SCHED_OP, %eax
    xor     %edx, %edx
    cmpb    $0, hypercall_is_vmcall
    jne     7f
    vmmcall
    jmp     8f
7:  vmcall
    // Xen restores the task register as it is, busy. A processor wants that; QEMU's emulation ends at the next change of rings, for its own `ltr`
    // leaves no such mark.
8:  str     %edx
    andb    $~2, gdt32 + 5(%edx)
    ltr     %dx
    pop     %ebx
    iret
#endif
END(syscall_gate)

#if CONFIG_HVM
// The task that a double fault starts (desc_32.c).
ENTRY(double_fault_task)
    call    double_fault
    ud2
END(double_fault_task)
#endif

// void arch_context_switch(struct arch_context *prev, struct arch_context *next)
ENTRY(arch_context_switch)
    mov     4(%esp), %eax
    mov     8(%esp), %ecx
    push    %ebp
    push    %ebx
    push    %esi
    push    %edi
    sub     $8, %esp
    stmxcsr 0(%esp)
    fnstcw  4(%esp)
    mov     %esp, CTX_RSP(%eax)
    movl    $CTX_COOPERATIVE, CTX_KIND(%eax)
    movl    $0, CTX_ACTIVE(%eax) // from here on another vCPU may continue it: nothing below touches it or its stack
    cmpl    $CTX_COOPERATIVE, CTX_KIND(%ecx)
    jne     1f
    mov     CTX_RSP(%ecx), %esp
    .globl  arch_context_resume
arch_context_resume: // %esp as a cooperative switch left it
    ldmxcsr 0(%esp)
    fldcw   4(%esp)
    add     $8, %esp
    pop     %edi
    pop     %esi
    pop     %ebx
    pop     %ebp
    ret
1:  fxrstor CTX_FPU(%ecx)
    mov     %ecx, %ebx
    mov     $GATE_RESUME, %eax
    int     $VECTOR_GATE
    ud2
END(arch_context_switch)

// First instruction of a further vCPU: %edi = its struct cpu, %esi = what to run, %esp its kernel stack. Under PVH Xen starts it with
// segments whose selectors mean nothing yet.
ENTRY(ap_entry)
    xor     %ebp, %ebp
#if CONFIG_HVM
    lgdt    gdt_pointer
    ljmp    $SEL32_KERNEL_CODE, $1f
1:  mov     $SEL32_KERNEL_DATA, %eax
    mov     %eax, %ss
    mov     $SEL32_USER_DATA, %eax
    mov     %eax, %ds
    mov     %eax, %es
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
#endif
    sub     $8, %esp
    push    %esi
    push    %edi
    call    ap_main
    ud2
END(ap_entry)

// First instruction of a thread: entry in %ebx, argument in %esi (arch_context_init). The stack is as after a call when `call` is done.
ENTRY(arch_thread_trampoline)
    xor     %ebp, %ebp
    sub     $12, %esp
    push    %esi
    call    *%ebx
    ud2
END(arch_thread_trampoline)

    .section .note.GNU-stack, "", @progbits
