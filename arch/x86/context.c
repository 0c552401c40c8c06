// SPDX-License-Identifier: BSD-3-Clause
// A thread's state while it does not run. It is in one of two forms: a thread that called the
// scheduler left its callee-saved registers on its own stack; one that an upcall interrupted has
// everything in the context.
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

#if CONFIG_64BIT
#define FXSAVE          "fxsave64"
#define FXRSTOR         "fxrstor64"
#define SEL_THREAD_CODE (CONFIG_PV ? FLAT_USER_CS64 : PVH_SEL_USER_CODE)
#define SEL_THREAD_DATA (CONFIG_PV ? FLAT_USER_SS64 : PVH_SEL_USER_DATA)
#else
#define FXSAVE          "fxsave"
#define FXRSTOR         "fxrstor"
#define SEL_THREAD_CODE (CONFIG_PV ? FLAT_USER_CS : SEL32_USER_CODE)
#define SEL_THREAD_DATA (CONFIG_PV ? FLAT_USER_SS : SEL32_USER_DATA)
#endif

void arch_context_resume(void);
void arch_return_to_frame(const struct trap_frame *frame) __attribute__((noreturn));

bool arch_in_thread(void)
{
    unsigned int cs;

    __asm__("mov %%cs, %0" : "=r"(cs));
    return (cs & 3) == 3;
}

void arch_tlb_flush(void)
{
    uintptr_t root;

    if (arch_in_thread())
        gate_call(GATE_FLUSH, 0);
    else
        __asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(root)::"memory");
}

void arch_tlb_flush_page(uintptr_t va)
{
    if (arch_in_thread())
        gate_call(GATE_INVLPG, va);
    else
        __asm__ volatile("invlpg %0" ::"m"(*(char *)va) : "memory");
}

bool arch_frame_is_thread(const struct trap_frame *frame)
{
    // 64-bit PV: Xen clears the RPL of a saved %cs when it interrupted the guest kernel, although
    // that is in ring 3 too (xen: create_bounce_frame). 32-bit PV: the guest kernel is in ring 1.
    return (frame->cs & 3) == 3;
}

static void frame_of_context(struct trap_frame *frame, struct arch_context *next)
{
    if (next->kind == CTX_INTERRUPTED) {
        __asm__ volatile(FXRSTOR " %0" ::"m"(next->fpu));
        *frame = next->frame;
        return;
    }
    *frame = (struct trap_frame){
        .rip = (uintptr_t)arch_context_resume,
        .cs = SEL_THREAD_CODE,
        // Interrupts off: a continued cooperative context is in a section with them off.
        .rflags = RFLAGS_FIXED | (CONFIG_PV ? 0 : RFLAGS_IOPL3),
        .rsp = next->rsp,
        .ss = SEL_THREAD_DATA,
    };
}

void arch_context_switch_on_return(struct trap_frame *frame, struct arch_context *prev,
                                   struct arch_context *next)
{
    prev->frame = *frame;
    __asm__ volatile(FXSAVE " %0" : "=m"(prev->fpu));
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
