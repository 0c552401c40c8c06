/* SPDX-License-Identifier: BSD-3-Clause
 * Where an image lies (arch/layout.h). Run through the C preprocessor once per environment. All of it is below 2 GiB, as the
 * relocations of the stock archives demand. */
#include <arch/config.h>
#include <arch/layout.h>

#define PAGE 0x1000

ENTRY(boot_entry)

PHDRS
{
    text PT_LOAD FLAGS(5);
    rodata PT_LOAD FLAGS(4);
    stack PT_LOAD FLAGS(6);
    data PT_LOAD FLAGS(6);
    note PT_NOTE FLAGS(4);
    tls PT_TLS FLAGS(4);
}

SECTIONS
{
#if CONFIG_PV
    . = PV_TEXT_END - ((SIZEOF(.text) + PAGE - 1) & ~(PAGE - 1));
#else
    . = PVH_IMAGE_BASE;
#endif
    image_start = .;
    .text : { *(.text .text.* .gnu.linkonce.t.*) } :text
    . = ALIGN(PAGE);
    text_end = .;
#if CONFIG_PV
    ASSERT(text_end == PV_TEXT_END, "text does not end where data must begin")
#endif

    .note.Xen : { KEEP(*(.note.Xen)) } :rodata :note
    .rodata : { *(.rodata .rodata.* .gnu.linkonce.r.*) } :rodata
    .ksyms : ALIGN(8) { KEEP(*(.ksyms)) } :rodata
    .gcc_except_table : { *(.gcc_except_table .gcc_except_table.*) } :rodata
    .preinit_array : { PROVIDE_HIDDEN(__preinit_array_start = .); KEEP(*(.preinit_array))
                       PROVIDE_HIDDEN(__preinit_array_end = .); } :rodata
    .init_array : { PROVIDE_HIDDEN(__init_array_start = .); KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*))) KEEP(*(.init_array))
                    PROVIDE_HIDDEN(__init_array_end = .); } :rodata
    .fini_array : { PROVIDE_HIDDEN(__fini_array_start = .); KEEP(*(SORT_BY_INIT_PRIORITY(.fini_array.*))) KEEP(*(.fini_array))
                    PROVIDE_HIDDEN(__fini_array_end = .); } :rodata
    /* Never empty, so that the PT_TLS segment always exists with this alignment (sched/tls.c). */
    .tdata : ALIGN(16) { tls_start = .; QUAD(0) QUAD(0) *(.tdata .tdata.*) tls_data_end = .; } :rodata :tls
    .tbss : { *(.tbss .tbss.*) tls_end = .; } :rodata :tls
    ASSERT(ALIGNOF(.tdata) <= 16 && ALIGNOF(.tbss) <= 16, "a thread-local variable wants more than 16-byte alignment")
    . = ALIGN(PAGE);
    rodata_end = .;

    /* The main thread's stack, mapped by the builder and so for nothing; its lowest page becomes the guard. Programs that need more
     * say --defsym=main_stack_size=N, a multiple of the page size. */
    PROVIDE(main_stack_size = 0x20000);
    .stack (NOLOAD) : { main_stack = .; . += PAGE + main_stack_size; main_stack_end = .; } :stack
    ASSERT(main_stack_end % PAGE == 0, "main_stack_size is no multiple of the page size")

    .data : { *(.data .data.* .gnu.linkonce.d.*) } :data
    .got : { *(.got .got.*) } :data
    .bss : ALIGN(16) { *(.bss .bss.* COMMON) . = ALIGN(PAGE); } :data
    image_end = .;
    ASSERT(image_end <= VM_LOW_BASE, "the image is too large: it must end below VM_LOW_BASE (arch/layout.h)")

    /DISCARD/ : { *(.eh_frame .eh_frame.* .comment .note.gnu.* .note.GNU-stack .debug_gdb_scripts .stapsdt.base .note.stapsdt) }
}
