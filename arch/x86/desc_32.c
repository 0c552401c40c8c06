// SPDX-License-Identifier: BSD-3-Clause
// Descriptor tables in 32-bit code (AMD64 APM volume 2, sections 4.7, 4.8 and 12.2). One GDT serves
// all vCPUs: each has its own entries in it, so a vCPU's selectors differ from another's, and
// nothing saves or restores a segment register. Under PV the table is a page that only Xen writes.
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <arch/traps.h>
#include <halvm/power.h>
#include "internal.h"

#define IDT_SIZE         (VECTOR_GATE + 1)
#define DF_STACK_SIZE    4096
#define GATE_INTERRUPT   0x8e // present, DPL 0, 32-bit: interrupts off inside
#define GATE_FOR_THREADS 0xee // the same with DPL 3
#define GATE_TASK        0x85
#define SEGMENT_DATA     0x00cff3000000ffffULL // all 4 GiB, user, writable
#define SEGMENT_TSS      0x0000890000000000ULL
#define SEGMENT_BUSY     0x0000020000000000ULL

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t zero;
    uint8_t type;
    uint16_t offset_high;
};

struct tss {
    uint32_t back_link;
    struct {
        uint32_t esp, ss;
    } ring[3];
    uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs;
    uint32_t ldt;
    uint16_t trap, iomap_base;
};
_Static_assert(sizeof(struct tss) == 104, "the processor's format");

struct table_pointer {
    uint16_t limit;
    uint32_t base;
} __attribute__((packed));

extern const char trap_stubs[], image_start[];
void syscall_gate(void);
void double_fault_task(void);
void trap_dispatch(struct trap_frame *frame);
void double_fault(void) __attribute__((noreturn));

// A page of its own, which PV hands to Xen.
uint64_t gdt32[GDT32_WORDS] __attribute__((aligned(PAGE_SIZE))) = {
    [SEL32_KERNEL_CODE / 8] = 0x00cf9b000000ffff,
    [SEL32_KERNEL_DATA / 8] = 0x00cf93000000ffff,
    [SEL32_USER_CODE / 8] = 0x00cffb000000ffff,
    [SEL32_USER_DATA / 8] = SEGMENT_DATA,
};
static mfn_t gdt_frame; // PV: once it is Xen's

struct desc_area {
    struct tss tss;
};

const size_t desc_size = sizeof(struct desc_area);
static struct desc_area boot_desc;
static struct gate idt[IDT_SIZE] __attribute__((aligned(16)));
static struct tss df_tss;
static uint8_t df_stack[DF_STACK_SIZE] __attribute__((aligned(16)));

static uint64_t with_base(uint64_t descriptor, uintptr_t base)
{
    return descriptor | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)(base >> 24) << 56;
}

void desc32_set_base(unsigned int index, uintptr_t base)
{
    uint64_t descriptor = with_base(SEGMENT_DATA, base);
    long rc;

    if (!gdt_frame) {
        gdt32[index] = descriptor;
        return;
    }
    rc = hypercall_update_descriptor(
        ((maddr_t)gdt_frame << PAGE_SHIFT) + index * sizeof(descriptor), descriptor);
    if (unlikely(rc))
        panic("update_descriptor(%u): error %ld", index, rc);
}

void desc32_init_pv(void)
{
    mfn_t frame = pfn_to_mfn(((uintptr_t)gdt32 - (uintptr_t)image_start) >> PAGE_SHIFT);
    maddr_t entry = (maddr_t)frame << PAGE_SHIFT | PTE_PRESENT | PTE_USER | PTE_NX;
    long rc = hypercall_update_va_mapping(gdt32, entry, UVMF_INVLPG);

    if (!rc)
        rc = hypercall_2(__HYPERVISOR_set_gdt, (unsigned long)&frame, GDT32_WORDS);
    if (rc)
        panic("set_gdt: error %ld", rc);
    gdt_frame = frame;
}

// Why: see GATE_SUSPEND in entry_32.S, which does the same for the vCPU that suspends.
void desc32_reload_task(void)
{
    uint32_t selector;

    __asm__ volatile("str %0" : "=r"(selector));
    gdt32[selector / 8] &= ~SEGMENT_BUSY;
    __asm__ volatile("ltr %w0" : : "r"(selector) : "memory");
}

mfn_t desc32_gdt_frame(void)
{
    return gdt_frame;
}

static void gate_set(unsigned int vector, uintptr_t target, uint8_t type)
{
    idt[vector] = (struct gate){
        .offset_low = target & 0xffff,
        .selector = SEL32_KERNEL_CODE,
        .type = type,
        .offset_high = target >> 16,
    };
}

// A double fault may come of a bad kernel stack. Only a task has a stack of its own; it finds what
// the registers were in the TSS of the vCPU that met the fault. There is one for all: after the
// first double fault there is nothing left to report.
static void double_fault_init(void)
{
    uintptr_t root;

    __asm__ volatile("mov %%cr3, %0" : "=r"(root));
    df_tss = (struct tss){
        .cr3 = root,
        .eip = (uint32_t)double_fault_task,
        .eflags = RFLAGS_FIXED,
        .esp = (uint32_t)df_stack + DF_STACK_SIZE,
        .cs = SEL32_KERNEL_CODE,
        .ss = SEL32_KERNEL_DATA,
        .ds = SEL32_USER_DATA,
        .es = SEL32_USER_DATA,
        .iomap_base = sizeof(df_tss),
    };
    gdt32[SEL32_DF_TSS / 8] = with_base(SEGMENT_TSS | (sizeof(df_tss) - 1), (uintptr_t)&df_tss);
    idt[VECTOR_DF] = (struct gate){.selector = SEL32_DF_TSS, .type = GATE_TASK};
}

void double_fault(void)
{
    unsigned int id = (df_tss.back_link / 8 - GDT32_TSS(0)) / (GDT32_TSS(1) - GDT32_TSS(0));
    const struct tss *was = &cpus[id]->desc->tss;
    struct trap_frame frame = {
        .rdi = was->edi,
        .rsi = was->esi,
        .rbp = was->ebp,
        .rbx = was->ebx,
        .rdx = was->edx,
        .rcx = was->ecx,
        .rax = was->eax,
        .vector = VECTOR_DF,
        .rip = was->eip,
        .cs = was->cs,
        .rflags = was->eflags,
        .rsp = was->esp,
        .ss = was->ss,
    };

    __asm__ volatile("mov %0, %%fs" ::"r"(SEL32(GDT32_CPU(id), 3)));
    trap_dispatch(&frame);
    panic("a double fault was survived");
}

void desc_prepare(void *area, struct cpu *cpu)
{
    struct desc_area *d = area;

    cpu->desc = d;
    d->tss.ring[0].esp = (uintptr_t)cpu;
    d->tss.ring[0].ss = SEL32_KERNEL_DATA;
    d->tss.iomap_base = sizeof(d->tss);
    gdt32[GDT32_TSS(cpu->id)] = with_base(SEGMENT_TSS | (sizeof(d->tss) - 1), (uintptr_t)&d->tss);
}

void desc_load(struct cpu *cpu)
{
    struct table_pointer idtr = {sizeof(idt) - 1, (uint32_t)idt};

    __asm__ volatile("lidt %0" ::"m"(idtr));
    __asm__ volatile("ltr %w0" ::"r"(SEL32(GDT32_TSS(cpu->id), 0)));
}

void desc_init_boot(void)
{
    for (unsigned int v = 0; v < TRAP_STUBS; v++)
        gate_set(v, (uintptr_t)trap_stubs + v * TRAP_STUB_SIZE, GATE_INTERRUPT);
    gate_set(VECTOR_GATE, (uintptr_t)syscall_gate, GATE_FOR_THREADS);
    double_fault_init();
    desc_prepare(&boot_desc, this_cpu());
    desc_load(this_cpu());
}
