// SPDX-License-Identifier: BSD-3-Clause
// What the domain builder reads before a guest runs (xen/include/public/elfnote.h).
#include <arch/config.h>
#include <arch/layout.h>
#define __ASSEMBLY__ 1
#include <xen/elfnote.h>

#if CONFIG_64BIT
#define ADDRESS .quad
#else
#define ADDRESS .long
#endif

.macro note type, desc:vararg
    .pushsection .note.Xen, "a", @note
    .p2align 2
    .long 4, 2f - 1f, \type
    .asciz "Xen"
1:  \desc
2:  .p2align 2
    .popsection
.endm

note XEN_ELFNOTE_GUEST_OS,       .asciz "HaLVM"
note XEN_ELFNOTE_GUEST_VERSION,  .asciz "3"
note XEN_ELFNOTE_SUSPEND_CANCEL, .long 1
#if CONFIG_PV
note XEN_ELFNOTE_FEATURES,       .asciz "!writable_page_tables|pae_pgdir_above_4gb"
note XEN_ELFNOTE_LOADER,         .asciz "generic"
note XEN_ELFNOTE_XEN_VERSION,    .asciz "xen-3.0"
note XEN_ELFNOTE_PAE_MODE,       .asciz "yes"
note XEN_ELFNOTE_ENTRY,          ADDRESS boot_entry
// pfn 0 is mapped here, and addresses in the ELF file are virtual ones: the builder subtracts one to get the other.
note XEN_ELFNOTE_VIRT_BASE,      ADDRESS image_start
note XEN_ELFNOTE_PADDR_OFFSET,   ADDRESS image_start
#else
// No LOADER and XEN_VERSION: the builder of PV guests wants them, so it refuses this image, with a message, instead of starting it.
note XEN_ELFNOTE_FEATURES,       .asciz ""
note XEN_ELFNOTE_PHYS32_ENTRY,   .long boot_entry
#endif

    .section .note.GNU-stack, "", @progbits
