// SPDX-License-Identifier: BSD-3-Clause
// How a guest ends, well or badly. A bad end says why before it comes: reason, registers,
// backtrace, memory map, then a shutdown that `xl` shows as a crash.
#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <arch/spinlock.h>
#include <arch/traps.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "internal.h"

#define DRAIN_NS         (10 * NS_PER_SEC)
#define TRACE_DEPTH      32
#define BACKTRACE_WINDOW 8192 // of a stack whose bounds nobody recorded (boot, upcalls)

extern char image_start[], text_end[], rodata_end[], image_end[];

static struct cpu *panicking;

void power_shutdown(unsigned int reason)
{
    struct sched_shutdown arg = {.reason = reason};

    for (;;)
        hypercall_sched_op(SCHEDOP_shutdown, &arg);
}

// Weak: a program that shares no memory has no grants to revoke.
void grant_exit(void) __attribute__((weak));

static void revoke_grants(void)
{
    if (grant_exit)
        grant_exit();
}

static unsigned int end_reason;
static bool end_reason_set;

void power_end_as(unsigned int reason)
{
    end_reason = reason;
    write_release(&end_reason_set, true);
}

void power_exit(int status)
{
    bool wanted = read_acquire(&end_reason_set);

    revoke_grants();
    if (status && !wanted)
        printk("halvm: exit %d\n", status);
    console_drain(time_monotonic() + DRAIN_NS);
    power_shutdown(wanted ? end_reason : status ? SHUTDOWN_crash : SHUTDOWN_poweroff);
}

// called: rip is where a call returns to, not where something happened.
static void print_backtrace(uintptr_t rip, uintptr_t rbp, bool called)
{
    uintptr_t trace[TRACE_DEPTH], low = rbp, high = rbp + BACKTRACE_WINDOW, offset;
    unsigned int n;
    void *stack;
    size_t size;

    if (thread_self()) {
        thread_stack_bounds(thread_self(), &stack, &size);
        if (rbp - (uintptr_t)stack < size) {
            low = (uintptr_t)stack;
            high = low + size;
        }
    }
    // A frame pointer outside every stack we know (stock GHC code uses %rbp for itself) ends the
    // walk after the first line.
    if (low == rbp && !(rbp >= (uintptr_t)rodata_end && high <= (uintptr_t)image_end))
        high = low;
    n = arch_backtrace(rip, rbp, low, high, trace, TRACE_DEPTH);
    printk("backtrace:\n");
    for (unsigned int i = 0; i < n; i++) {
        // A return address may lie past the end of a function that never returns: look up the call
        // before it.
        const char *name = symbol_find(trace[i] - (called || i), &offset);

        if (name)
            printk("  %p %s+0x%lx\n", (void *)trace[i], name,
                   (unsigned long)offset + (called || i));
        else
            printk("  %p ?\n", (void *)trace[i]);
    }
}

void panic_print_frame(const struct trap_frame *frame)
{
    arch_print_frame(frame);
    print_backtrace(frame->rip, frame->rbp, false);
}

static void print_range(const void *start, const void *end, const char *what)
{
    printk("  %p-%p %s\n", start, end, what);
}

static void print_region(uintptr_t start, uintptr_t end)
{
    print_range((void *)start, (void *)end, "reserved");
}

static void print_memory_map(void)
{
    struct mm_stats stats;
    void *stack;
    size_t size;

    printk("memory map:\n");
    print_range(image_start, text_end, "text r-x");
    print_range(text_end, rodata_end, "constants r--");
    print_range(rodata_end, image_end, "data rw-");
    print_range(image_end, (char *)boot_virt(boot_info->mapped_end), "mapped at boot rw-");
    if (thread_self()) {
        thread_stack_bounds(thread_self(), &stack, &size);
        printk("  %p-%p stack of thread %u (%s), guard page below\n", stack, (char *)stack + size,
               thread_id(thread_self()), thread_name(thread_self()));
    }
    vm_for_each(print_region);
    mm_get_stats(&stats);
    printk("memory: %lu of %lu KiB free\n", stats.frames_free * (PAGE_SIZE / 1024),
           stats.frames_total * (PAGE_SIZE / 1024));
}

static void begin_panic(void)
{
    struct cpu *first = NULL;

    arch_irq_save();
    __atomic_compare_exchange_n(&panicking, &first, this_cpu(), false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    // A fault while reporting a fault: what is printed already is all there will be.
    if (first == this_cpu())
        power_shutdown(SHUTDOWN_crash);
    while (first) // another vCPU was first, and will stop this one
        arch_pause();
    // The others stop where they are, whatever they hold: locks do not count any more.
    for (unsigned int i = 0; i < nr_cpus; i++) {
        if (i != this_cpu()->id)
            arch_cpu_down(i);
    }
    spin_no_more = true;
}

static void end_panic(void)
{
    console_drain(time_monotonic() + DRAIN_NS);
    revoke_grants();
    power_shutdown(SHUTDOWN_crash);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    begin_panic();
    printk("\npanic: ");
    va_start(ap, fmt);
    vprintk(fmt, ap);
    va_end(ap);
    printk("\n");
    print_backtrace((uintptr_t)__builtin_return_address(0),
                    *(uintptr_t *)__builtin_frame_address(0), true);
    print_memory_map();
    end_panic();
    __builtin_unreachable();
}

// What page a fault hit, in words.
static const char *fault_place(uintptr_t addr)
{
    void *stack;
    size_t size;

    if (addr < PAGE_SIZE)
        return "null pointer";
    if (thread_self()) {
        thread_stack_bounds(thread_self(), &stack, &size);
        if (addr < (uintptr_t)stack && addr >= (uintptr_t)stack - PAGE_SIZE)
            return "stack overflow: the guard page";
    }
    if (addr >= (uintptr_t)image_start && addr < (uintptr_t)text_end)
        return "text";
    if (addr >= (uintptr_t)text_end && addr < (uintptr_t)rodata_end)
        return "constants";
    if (addr >= (uintptr_t)rodata_end && addr < (uintptr_t)image_end)
        return "data";
    return "elsewhere";
}

void trap_panic(struct trap_frame *frame, uintptr_t fault_address)
{
    begin_panic();
    printk("\npanic: %s (vector %lu, error code %lx)", arch_vector_name(frame->vector),
           (unsigned long)frame->vector, (unsigned long)frame->error_code);
    if (frame->vector == VECTOR_PF)
        printk(": %s of %p (%s)",
               frame->error_code & 16  ? "execution"
               : frame->error_code & 2 ? "write"
                                       : "read",
               (void *)fault_address, fault_place(fault_address));
    printk(" in thread %u (%s)\n", thread_self() ? thread_id(thread_self()) : 0,
           thread_self() ? thread_name(thread_self()) : "boot");
    panic_print_frame(frame);
    print_memory_map();
    end_panic();
    __builtin_unreachable();
}
