// SPDX-License-Identifier: BSD-3-Clause
// Entry of a PVH guest that stays in 32-bit mode (xen: docs/misc/pvh.pandoc): protected mode, paging off, interrupts off, flat segments,
// %ebx = physical address of struct hvm_start_info. No stack, no GDT.
//
// Two-level paging with 4 MiB pages (docs/abi.md says why not PAE). The table made here maps RAM one to one, all rights; mm/ replaces
// it with an exact one.
#include <arch/asm.h>
#include <arch/config.h>
#include <arch/desc.h>
#include <arch/layout.h>

#define PTE_BLOCK 0x087 // present, writable, user, large

    .section .bss.boot_tables, "aw", @nobits
    .p2align 12
    .globl  boot_root
boot_root: .skip 4096

    .section .rodata.gdt_pointer, "a", @progbits
    .globl  gdt_pointer
gdt_pointer:
    .word   GDT32_WORDS * 8 - 1
    .long   gdt32

ENTRY(boot_entry)
    cld
    mov     $boot_root, %edi
    mov     $PTE_BLOCK, %eax
1:  mov     %eax, (%edi)
    add     $4, %edi
    add     $0x400000, %eax
    cmp     $PVH_BOOT_MAP_END, %eax
    jb      1b

    mov     $boot_root, %eax
    mov     %eax, %cr3
    mov     $CR4_RUN, %eax
    mov     %eax, %cr4
    mov     $CR0_RUN, %eax
    mov     %eax, %cr0
    lgdt    gdt_pointer
    ljmp    $SEL32_KERNEL_CODE, $1f
1:  mov     $SEL32_KERNEL_DATA, %eax
    mov     %eax, %ss
    mov     $SEL32_USER_DATA, %eax // the ones that ring 3 keeps (arch/desc.h)
    mov     %eax, %ds
    mov     %eax, %es
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
    mov     $boot_stack_end - 8, %esp
    xor     %ebp, %ebp
    push    $0 // the upper half of a paddr_t
    push    %ebx
    call    boot_pvh
    ud2
END(boot_entry)

    .section .note.GNU-stack, "", @progbits
