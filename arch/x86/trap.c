// SPDX-License-Identifier: BSD-3-Clause
// Where every vector arrives in C.
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/desc.h>
#include <arch/traps.h>
#include <halvm/console.h>

extern const char arch_rdrand[], arch_rdrand_absent[];
void trap_dispatch(struct trap_frame *frame);

const char *arch_vector_name(unsigned int vector)
{
    static const char *const names[] = {
        "divide error",
        "debug trap",
        "NMI",
        "breakpoint",
        "overflow",
        "bound range",
        "invalid opcode",
        "device not available",
        "double fault",
        "coprocessor overrun",
        "invalid TSS",
        "segment not present",
        "stack fault",
        "general protection fault",
        "page fault",
        "reserved",
        "x87 floating point",
        "alignment check",
        "machine check",
        "SIMD floating point",
        "virtualization",
        "control protection",
    };

    return vector < ARRAY_SIZE(names) ? names[vector] : "unknown trap";
}

static uintptr_t fault_address(void)
{
    uintptr_t addr;

    if (CONFIG_PV)
        return this_vcpu_info()->arch.cr2;
    __asm__ volatile("mov %%cr2, %0" : "=r"(addr));
    return addr;
}

// random.c's way to find out whether the processor has the instruction.
static bool rdrand_is_absent(struct trap_frame *frame)
{
    if (frame->vector != VECTOR_UD || frame->rip != (uintptr_t)arch_rdrand)
        return false;
    frame->rip = (uintptr_t)arch_rdrand_absent;
    return true;
}

// A processor delivers no upcall with interrupts off. Emulation of SVM does (docs/abi.md), once
// more after the right one, at any place: what interrupts were turned off for may be half done.
static bool is_spurious(const struct trap_frame *frame)
{
    return CONFIG_HVM && unlikely(!(frame->rflags & RFLAGS_IF));
}

void trap_dispatch(struct trap_frame *frame)
{
    if (likely(frame->vector == VECTOR_UPCALL)) {
        if (!is_spurious(frame))
            upcall_handler(frame);
    } else if (frame->vector == VECTOR_NMI) {
        nmi_handler(frame);
    } else if (!rdrand_is_absent(frame)) {
        trap_panic(frame, frame->vector == VECTOR_PF ? fault_address() : 0);
    }
}

#if CONFIG_64BIT
void arch_print_frame(const struct trap_frame *f)
{
    printk("rip %p cs %04x rflags %08lx rsp %p\n", (void *)f->rip, (unsigned int)f->cs & 0xffff,
           f->rflags, (void *)f->rsp);
    printk("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
    printk("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", f->rsi, f->rdi, f->rbp, f->r8);
    printk("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
    printk("r13 %016lx r14 %016lx r15 %016lx\n", f->r13, f->r14, f->r15);
}
#else
void arch_print_frame(const struct trap_frame *f)
{
    // Between the kernel side's own stack and itself nothing is switched, so nothing is saved.
    uintptr_t sp = arch_frame_is_thread(f) ? f->rsp : (uintptr_t)&f->rsp;

    printk("eip %08x cs %04x eflags %08x esp %p\n", f->rip, f->cs & 0xffff, f->rflags, (void *)sp);
    printk("eax %08x ebx %08x ecx %08x edx %08x\n", f->rax, f->rbx, f->rcx, f->rdx);
    printk("esi %08x edi %08x ebp %08x\n", f->rsi, f->rdi, f->rbp);
}
#endif

unsigned int arch_backtrace(uintptr_t rip, uintptr_t rbp, uintptr_t low, uintptr_t high,
                            uintptr_t *out, unsigned int max)
{
    unsigned int n = 0;

    out[n++] = rip;
    while (n < max && rbp % sizeof(uintptr_t) == 0 && rbp >= low &&
           rbp + 2 * sizeof(uintptr_t) <= high) {
        const uintptr_t *frame = (const uintptr_t *)rbp;

        if (!frame[1])
            break;
        out[n++] = frame[1];
        if (frame[0] <= rbp)
            break;
        rbp = frame[0];
    }
    return n;
}
