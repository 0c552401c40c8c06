// SPDX-License-Identifier: BSD-3-Clause
// Event channels (xen/include/public/event_channel.h). A port here is the local one. Handlers run
// in interrupt context, interrupts off, general registers only, on the upcall's stack; pending is
// cleared before they are called. Functions: any context unless said otherwise; errors are Xen's,
// as -errno.
#ifndef HALVM_EVENTS_H
#define HALVM_EVENTS_H

#include <halvm/types.h>

typedef void evtchn_handler(evtchn_t port, void *arg);

// Let upcalls in. Once, by kernel_main().
void events_init(void);

// Bind, set the handler and unmask. The port, or -errno. Delivered on vCPU 0 where cpu is not
// given.
long evtchn_bind_virq(unsigned int virq, unsigned int cpu, evtchn_handler *fn, void *arg);
// A port by which one vCPU wakes another (evtchn_send).
long evtchn_bind_ipi(unsigned int cpu, evtchn_handler *fn, void *arg);
// Let domain `remote` bind to a new port of ours.
long evtchn_alloc_unbound(halvm_domid_t remote, evtchn_handler *fn, void *arg);
long evtchn_bind_interdomain(halvm_domid_t remote, evtchn_t remote_port, evtchn_handler *fn,
                             void *arg);
// Take over a port that is bound already (console, xenstore): 0, or -EINVAL for one out of range,
// -ENOMEM.
int evtchn_attach(evtchn_t port, evtchn_handler *fn, void *arg);
// Close: the handler is not called any more. 0 or Xen's error.
int evtchn_close(evtchn_t port);

// Our own domain number; DOMID_INVALID (xen.h) should Xen not tell. Hypercalls the first time only.
halvm_domid_t evtchn_own_domid(void);

int evtchn_send(evtchn_t port);
void evtchn_mask(evtchn_t port);
// Unmask; an event that came while masked is delivered now.
void evtchn_unmask(evtchn_t port);
bool evtchn_pending(evtchn_t port);
// Forget an event that came (for code that polls instead of handling).
void evtchn_clear(evtchn_t port);

// Upcalls taken, and events that no handler wanted (counted, cleared, masked), since the start.
struct events_stats {
    uint64_t upcalls;
    uint64_t events;
    uint64_t unwanted;
};
void events_get_stats(struct events_stats *out);

// After each upcall's handlers, with the interrupted frame: the scheduler's place to preempt. Set
// once.
struct trap_frame;
void events_set_after(void (*fn)(struct trap_frame *frame));

#endif
