// SPDX-License-Identifier: BSD-3-Clause
// Clocks from the shared page (xen/include/public/xen.h: struct vcpu_time_info, struct shared_info
// wc_*).
#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <halvm/power.h>
#include <halvm/time.h>
#include "internal.h"

static ns_t start; // Xen system time when time_clock_init() ran
static ns_t suspended_at;
static ns_t highest; // the latest that time_monotonic() gave out

// (delta * mul) >> 32 without a 128-bit product.
static uint64_t scale(uint64_t delta, int8_t shift, uint32_t mul)
{
    delta = shift < 0 ? delta >> -shift : delta << shift;
    return (delta >> 32) * mul + (((delta & 0xffffffff) * mul) >> 32);
}

// With interrupts off, to stay on this vCPU, whose time stamp counter it is.
static ns_t system_now(void)
{
    const struct vcpu_time_info *t = &this_vcpu_info()->time;
    uint32_t version;
    int64_t delta;
    ns_t now;

    // Xen makes the version odd, writes, makes it even again: what was read between two equal even
    // versions is of one piece.
    do {
        version = READ_ONCE(t->version) & ~1u;
        rmb();
        // Counters of two processors can differ by a little: when this vCPU has just moved, the
        // time stamp of Xen's note may lie ahead.
        delta = arch_rdtsc() - t->tsc_timestamp;
        now = t->system_time + scale(delta > 0 ? delta : 0, t->tsc_shift, t->tsc_to_system_mul);
        rmb();
    } while (READ_ONCE(t->version) != version);
    return now;
}

ns_t time_system(void)
{
    unsigned long flags = arch_irq_save();
    ns_t now = system_now();

    arch_irq_restore(flags);
    return now;
}

// Suspending moves both Xen's time and what is added to it or taken from it, so that nobody may be
// between the two readings then: system time of before, less `start` of after, lies before zero.
// A vCPU suspends, or parks for another that does, with its threads' interrupts on.
ns_t time_monotonic(void)
{
    unsigned long flags = arch_irq_save();
    ns_t now = system_now() - start;
    ns_t seen = arch_load64(&highest);

    // Xen recalibrates; whatever that does, nobody here sees time go back.
    while (now > seen && !arch_cas64(&highest, &seen, now))
        ;
    arch_irq_restore(flags);
    return now > seen ? now : seen;
}

ns_t time_to_system(ns_t monotonic)
{
    return monotonic + start;
}

ns_t time_wall(void)
{
    unsigned long flags = arch_irq_save(); // as above
    uint32_t version;
    ns_t at_zero, now;

    // The wall clock when system time was zero, kept right by dom0.
    do {
        version = READ_ONCE(shared_info->wc_version) & ~1u;
        rmb();
        at_zero = (((ns_t)shared_info->xen_wc_sec_hi << 32) + shared_info->wc_sec) * NS_PER_SEC +
                  shared_info->wc_nsec;
        rmb();
    } while (READ_ONCE(shared_info->wc_version) != version);
    now = at_zero + system_now();
    arch_irq_restore(flags);
    return now;
}

ns_t time_cpu(void)
{
    struct vcpu_runstate_info info;

    if (hypercall(VCPUOP_get_runstate_info, 0, (unsigned long)&info, 0, 0, __HYPERVISOR_vcpu_op))
        return time_monotonic(); // an upper bound; Xen has refused this to nobody since 3.1
    return info.time[RUNSTATE_running];
}

void time_clock_init(void)
{
    start = time_system();
}

void time_clock_suspend(void)
{
    suspended_at = time_monotonic();
}

void time_clock_resume(void)
{
    start = time_system() - suspended_at;
}
