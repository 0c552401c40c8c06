// SPDX-License-Identifier: BSD-3-Clause
// A 32-bit thread's state while it does not run, in the same two forms as a 64-bit one's
// (context_64.c).
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/traps.h>
#include "internal.h"

_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "FRAME_SIZE");
_Static_assert(offsetof(struct arch_context, rsp) == CTX_RSP, "CTX_RSP");
_Static_assert(offsetof(struct arch_context, kind) == CTX_KIND, "CTX_KIND");
_Static_assert(offsetof(struct arch_context, active) == CTX_ACTIVE, "CTX_ACTIVE");
_Static_assert(offsetof(struct arch_context, frame) == CTX_FRAME, "CTX_FRAME");
_Static_assert(offsetof(struct arch_context, fpu) == CTX_FPU, "CTX_FPU");
_Static_assert(CTX_FPU % 16 == 0, "fxsave wants 16-byte alignment");

#define FPU_CONTROL \
    0x037f // x87: all exceptions masked, 64-bit precision, as the ABI starts a process
#define MXCSR_START 0x1f80

void arch_thread_trampoline(void);
void arch_context_resume(void);
void arch_return_to_frame(const struct trap_frame *frame) __attribute__((noreturn));

static bool in_user_mode(void)
{
    unsigned int cs;

    __asm__("mov %%cs, %0" : "=r"(cs));
    return (cs & 3) == 3; // PV's kernel side is ring 1
}

void arch_set_fs_base(uintptr_t base)
{
    struct cpu *cpu = this_cpu();

    if (base == cpu->fs_base)
        return;
    cpu->fs_base = base;
    desc32_set_base(GDT32_TLS(cpu->id), base);
    // Loading it is what makes the CPU look at the table.
    __asm__ volatile("mov %0, %%gs" ::"r"(SEL32(GDT32_TLS(cpu->id), 3)));
}

void cpu_set_base(struct cpu *cpu)
{
    desc32_set_base(GDT32_CPU(cpu->id), (uintptr_t)cpu);
    if (CONFIG_PV)
        desc32_init_pv();
    __asm__ volatile("mov %0, %%fs" ::"r"(SEL32(GDT32_CPU(cpu->id), 3)));
}

void arch_tlb_flush(void)
{
    uintptr_t root;

    if (in_user_mode())
        gate_call(GATE_FLUSH, 0);
    else
        __asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(root)::"memory");
}

void arch_tlb_flush_page(uintptr_t va)
{
    if (in_user_mode())
        gate_call(GATE_INVLPG, va);
    else
        __asm__ volatile("invlpg %0" ::"m"(*(char *)va) : "memory");
}

void arch_context_init(struct arch_context *ctx, uintptr_t stack_top, uintptr_t fs_base,
                       void (*entry)(void *), void *arg)
{
    // What arch_context_switch() would have left: FPU control, edi esi ebx ebp, return address;
    // above it zeroes that end a backtrace.
    uint32_t *sp = (uint32_t *)(stack_top & ~15UL) - 11;

    sp[0] = MXCSR_START;
    sp[1] = FPU_CONTROL;
    sp[2] = 0;
    sp[3] = (uint32_t)arg;   // esi
    sp[4] = (uint32_t)entry; // ebx
    sp[5] = 0;
    sp[6] = (uint32_t)arch_thread_trampoline;
    sp[7] = sp[8] = sp[9] = sp[10] = 0;
    *ctx = (struct arch_context){
        .rsp = (uint32_t)sp,
        .kind = CTX_COOPERATIVE,
        .fs_base = fs_base,
    };
}

bool arch_frame_is_thread(const struct trap_frame *frame)
{
    return (frame->cs & 3) == 3;
}

static void frame_of_context(struct trap_frame *frame, struct arch_context *next)
{
    if (next->kind == CTX_INTERRUPTED) {
        __asm__ volatile("fxrstor %0" ::"m"(next->fpu));
        *frame = next->frame;
        return;
    }
    *frame = (struct trap_frame){
        .rip = (uint32_t)arch_context_resume,
        .cs = CONFIG_PV ? FLAT_USER_CS : SEL32_USER_CODE,
        // Interrupts off: a continued cooperative context is in a section with them off.
        .rflags = RFLAGS_FIXED | (CONFIG_PV ? 0 : RFLAGS_IOPL3),
        .rsp = next->rsp,
        .ss = CONFIG_PV ? FLAT_USER_SS : SEL32_USER_DATA,
    };
}

void arch_context_switch_on_return(struct trap_frame *frame, struct arch_context *prev,
                                   struct arch_context *next)
{
    prev->frame = *frame;
    __asm__ volatile("fxsave %0" : "=m"(prev->fpu));
    prev->kind = CTX_INTERRUPTED;
    write_release(&prev->active, 0);
    arch_set_fs_base(next->fs_base);
    frame_of_context(frame, next);
}

void arch_context_start(struct arch_context *next)
{
    struct trap_frame frame;

    arch_set_fs_base(next->fs_base);
    frame_of_context(&frame, next);
    arch_return_to_frame(&frame);
}
