// SPDX-License-Identifier: BSD-3-Clause
// Clocks and one-shot timers (Xen: xen/include/public/xen.h, struct vcpu_time_info and struct
// shared_info wc_*).
#ifndef HALVM_TIME_H
#define HALVM_TIME_H

#include <halvm/types.h>

// Nanoseconds since the guest's first instruction here; never goes back. Any context once
// kernel_main() has started.
ns_t time_monotonic(void);
// Nanoseconds since 1970-01-01 UTC, following dom0's clock. Any context.
ns_t time_wall(void);
// Nanoseconds that the vCPU really ran (time idle or stolen by Xen left out). Costs a hypercall.
// Any context.
ns_t time_cpu(void);

// A monotonic time as Xen's system time, which hypercalls with time-outs want. Any context.
ns_t time_to_system(ns_t monotonic);

// A one-shot timer. The callback runs in interrupt context with interrupts off: general registers
// only, no blocking, short, on the vCPU that armed it. It may start the same or another timer.
// Zeroes are a valid idle timer once fn is set; the other fields are the queue's.
struct timer_queue;
struct timer {
    void (*fn)(struct timer *t);
    ns_t deadline;
    struct timer *child, *next, *prev;
    struct timer_queue *home; // the vCPU's queue that it is or was in
    bool queued;
};

// (Re)arm for the monotonic time deadline; one in the past fires at once. Any context; one timer is
// started and stopped by one caller at a time. O(1).
void timer_start(struct timer *t, ns_t deadline);
// True when the timer was queued: its callback will not run. False: it does not run any more when
// this returns (unless called from the callback itself), so do not hold a lock that it takes. Any
// context. O(log n) amortised.
bool timer_stop(struct timer *t);

// Once, by kernel_main(), after events_init().
void time_init(void);
// Give vCPU cpu its queue of timers, before it starts. 0 or Xen's error.
int time_init_cpu(unsigned int cpu);
// The queue of a vCPU that has stopped moves to this one.
void time_take_over(unsigned int cpu);

// With interrupts off, before and after a suspension. Monotonic time and what waits for it stand
// still in between; the wall clock does not.
void time_suspend(void);
void time_resume(bool cancelled);
// Afterwards, on each further vCPU.
void time_resume_cpu(void);

#endif
