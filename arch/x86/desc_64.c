// SPDX-License-Identifier: BSD-3-Clause
// Descriptor tables under PVH (AMD64 APM volume 2, sections 4.8, 8.2.9 and 12.2.5). Traps and
// upcalls use the kernel stack (rsp0) when they interrupt a thread and stay on the current stack
// when they interrupt the kernel side. Upcalls have no IST stack, although that would keep the red
// zone too: an IST stack starts afresh at each delivery, so a vector that is delivered a second
// time before its handler's first instruction destroys the first frame. QEMU's emulation of SVM
// does that now and then; here it nests and does no harm.
#include <arch/desc.h>
#include <arch/arch.h>
#include <arch/traps.h>
#include "internal.h"

enum { IST_NONE, IST_NMI, IST_DF, IST_MC, IST_COUNT = IST_MC };

#define IST_STACK_SIZE 4096

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t iomap_base;
} __attribute__((packed));

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern const char trap_stubs[];
extern uint64_t pvh_gdt[PVH_GDT_WORDS];
void syscall_gate(void);

static struct gate idt[TRAP_STUBS] __attribute__((aligned(16)));

struct desc_area {
    uint64_t gdt[PVH_GDT_WORDS];
    struct tss tss;
    uint8_t ist_stacks[IST_COUNT][IST_STACK_SIZE] __attribute__((aligned(16)));
};

const size_t desc_size = sizeof(struct desc_area);
static struct desc_area boot_desc __attribute__((aligned(16)));

static unsigned int vector_ist(unsigned int vector)
{
    switch (vector) {
    case VECTOR_NMI: return IST_NMI;
    case VECTOR_DF: return IST_DF;
    case VECTOR_MC: return IST_MC;
    default: return IST_NONE;
    }
}

static void gate_set(unsigned int vector)
{
    uintptr_t target = (uintptr_t)trap_stubs + vector * TRAP_STUB_SIZE;

    idt[vector] = (struct gate){
        .offset_low = target & 0xffff,
        .selector = PVH_SEL_CODE64,
        .ist = vector_ist(vector),
        .type = 0x8e, // present, DPL 0, 64-bit interrupt gate: interrupts off inside
        .offset_middle = (target >> 16) & 0xffff,
        .offset_high = target >> 32,
    };
}

void desc_prepare(void *area, struct cpu *cpu)
{
    struct desc_area *d = area;
    uintptr_t base = (uintptr_t)&d->tss;

    cpu->desc = d;
    for (unsigned int i = 0; i < IST_COUNT; i++)
        d->tss.ist[i] = (uintptr_t)d->ist_stacks[i] + IST_STACK_SIZE;
    d->tss.rsp[0] = (uintptr_t)cpu;
    d->tss.iomap_base = sizeof(d->tss);
    memcpy(d->gdt, pvh_gdt, sizeof(d->gdt));
    d->gdt[PVH_SEL_TSS / 8] = (sizeof(d->tss) - 1) | ((uint64_t)(base & 0xffffff) << 16) |
                              (0x89ULL << 40) | ((uint64_t)((base >> 24) & 0xff) << 56);
    d->gdt[PVH_SEL_TSS / 8 + 1] = (uint64_t)base >> 32;
}

void desc_load(struct cpu *cpu)
{
    struct table_pointer idtr = {sizeof(idt) - 1, (uintptr_t)idt};
    struct table_pointer gdtr = {sizeof(cpu->desc->gdt) - 1, (uintptr_t)cpu->desc->gdt};

    __asm__ volatile("lgdt %0" ::"m"(gdtr));
    __asm__ volatile("lidt %0" ::"m"(idtr));
    __asm__ volatile("ltr %w0" ::"r"(PVH_SEL_TSS));

    wrmsr(MSR_STAR, (uint64_t)PVH_SEL_CODE64 << 32 | (uint64_t)(PVH_SEL_SYSRET | 3) << 48);
    wrmsr(MSR_LSTAR, (uintptr_t)syscall_gate);
    wrmsr(MSR_SFMASK, RFLAGS_TF | RFLAGS_IF | RFLAGS_DF);
}

void desc_init_boot(void)
{
    for (unsigned int v = 0; v < TRAP_STUBS; v++)
        gate_set(v);
    desc_prepare(&boot_desc, this_cpu());
    desc_load(this_cpu());
}
