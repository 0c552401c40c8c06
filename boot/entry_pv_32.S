// SPDX-License-Identifier: BSD-3-Clause
// Entry of a 32-bit PV guest (xen/include/public/xen.h, "Start-of-day memory layout"): ring 1, %esi = start_info, paging on, events
// masked, the builder's stack (which we leave at once: it lies in memory that becomes free).
#include <arch/asm.h>
#define __ASSEMBLY__ 1
#include <xen/xen.h>

ENTRY(boot_entry)
    cld
    mov     $FLAT_USER_DS, %eax // the ones that ring 3 keeps (arch/desc.h)
    mov     %eax, %ds
    mov     %eax, %es
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
    mov     $boot_stack_end - 12, %esp
    xor     %ebp, %ebp
    push    %esi
    call    boot_pv
    ud2
END(boot_entry)

    .section .note.GNU-stack, "", @progbits
