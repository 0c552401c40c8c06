// SPDX-License-Identifier: BSD-3-Clause
// Entry of a PVH guest that runs in 64-bit mode (xen: docs/misc/pvh.pandoc): 32-bit protected mode, paging off, interrupts off, flat
// segments, %ebx = physical address of struct hvm_start_info. No stack, no GDT.
//
// The tables made here map the first GiB one to one in 2 MiB pages, all rights; mm/ replaces them with exact ones.
#include <arch/asm.h>
#include <arch/config.h>
#include <arch/desc.h>

#define PTE_TABLE 0x007 // present, writable, user
#define PTE_BLOCK 0x087 // and a large page

    .section .bss.boot_tables, "aw", @nobits
    .p2align 12
    .globl  boot_root
boot_root: .skip 4096
boot_l3: .skip 4096
boot_l2: .skip 4096

    .section .data.pvh_gdt, "aw", @progbits
    .p2align 3
    .globl  pvh_gdt
pvh_gdt:
    .quad   0
    .quad   0x00af9b000000ffff // code, 64-bit
    .quad   0x00cf93000000ffff // data
    .quad   0
    .quad   0x00cff3000000ffff // data, user
    .quad   0x00affb000000ffff // code, 64-bit, user
    .quad   0, 0               // TSS, filled in by desc_init()
    .globl  gdt_pointer
gdt_pointer:
    .word   . - pvh_gdt - 1
    .quad   pvh_gdt

    .code32
ENTRY(boot_entry)
    cld
    mov     $boot_l3 + PTE_TABLE, %eax
    mov     %eax, boot_root
    mov     $boot_l2 + PTE_TABLE, %eax
    mov     %eax, boot_l3
    mov     $boot_l2, %edi
    mov     $PTE_BLOCK, %eax
1:  mov     %eax, (%edi)
    add     $0x200000, %eax
    add     $8, %edi
    cmp     $boot_l2 + 4096, %edi
    jne     1b

    mov     $boot_root, %eax
    mov     %eax, %cr3
    mov     $CR4_RUN, %eax
    mov     %eax, %cr4
    mov     $MSR_EFER, %ecx
    rdmsr
    or      $EFER_RUN, %eax
    wrmsr
    mov     $CR0_RUN, %eax
    mov     %eax, %cr0
    lgdt    gdt_pointer
    ljmp    $PVH_SEL_CODE64, $1f

    .code64
1:  mov     $PVH_SEL_DATA, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %ss
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
    lea     boot_stack_end(%rip), %rsp
    xor     %ebp, %ebp
    mov     %ebx, %edi
    call    boot_pvh
    ud2
END(boot_entry)

    .section .note.GNU-stack, "", @progbits
