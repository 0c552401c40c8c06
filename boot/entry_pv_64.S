// SPDX-License-Identifier: BSD-3-Clause
// Entry of a 64-bit PV guest (xen/include/public/xen.h, "Start-of-day memory layout"): guest kernel mode, %rsi = start_info, paging on,
// events masked, the builder's stack (which we leave at once: it lies in memory that becomes free).
#include <arch/asm.h>

ENTRY(boot_entry)
    cld
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
    lea     boot_stack_end(%rip), %rsp
    xor     %ebp, %ebp
    mov     %rsi, %rdi
    call    boot_pv
    ud2
END(boot_entry)

    .section .note.GNU-stack, "", @progbits
