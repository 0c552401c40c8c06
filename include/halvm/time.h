// SPDX-License-Identifier: BSD-3-Clause
// Clocks and one-shot timers (Xen: xen/include/public/xen.h, struct vcpu_time_info and struct shared_info wc_*).
#ifndef HALVM_TIME_H
#define HALVM_TIME_H

#include <halvm/types.h>

// Nanoseconds since the guest's first instruction here; never goes back. Any context once kernel_main() has started.
ns_t time_monotonic(void);
// Nanoseconds since 1970-01-01 UTC, following dom0's clock. Any context.
ns_t time_wall(void);
// Nanoseconds that the vCPU really ran (time stolen by Xen left out). Any context.
ns_t time_cpu(void);

// A one-shot timer. The callback runs in interrupt context with interrupts off: general registers only, no blocking, short.
// It may start the same or another timer. Zeroes are a valid idle timer once fn is set.
struct timer {
    void (*fn)(struct timer *t);
    ns_t deadline;
    uint32_t index; // place in the queue + 1; 0: not queued
};

// (Re)arm for the monotonic time deadline; one in the past fires at once. Any context. 0, or -ENOMEM when the queue cannot grow
// (only in thread context does it grow; an interrupt callback that restarts its own timer never fails).
int timer_start(struct timer *t, ns_t deadline);
// True when the timer was queued: its callback will not run. Any context.
bool timer_stop(struct timer *t);

#endif
