// SPDX-License-Identifier: BSD-3-Clause
// Event channels (xen/include/public/event_channel.h). A port here is the local one. Handlers run
// in interrupt context, interrupts off, general registers only, on the upcall's stack of the vCPU
// that the port is bound to; pending is cleared before they are called, and two calls for one port
// never overlap. A handler may be called without a cause: it looks for what there is to do.
// Functions: any context unless said otherwise; errors are Xen's, as -errno.
//
// Two formats: 2-level (4,096 ports; 1,024 in 32-bit guests) and FIFO (131,072, priorities, events
// of one priority in their order). `halvm.events=2l` or `halvm.events=fifo` on the command line
// chooses one; otherwise it is 2-level until there is a need: a second vCPU, a port that 2-level
// does not have, or a priority. docs/events.md has the reasons and figures.
#ifndef HALVM_EVENTS_H
#define HALVM_EVENTS_H

#include <halvm/types.h>

typedef void evtchn_handler(evtchn_t port, void *arg);

// Let upcalls in. Once, by kernel_main().
void events_init(void);
// Before vCPU `cpu` starts for the first time, and before anything is bound to it; thread context.
// 0 or Xen's error.
int events_init_cpu(unsigned int cpu);
// In a new domain, after a restore, on vCPU 0, alone, with interrupts off: all ports are gone and
// their handlers forgotten; who had one binds it anew. 0 or Xen's error.
int events_resume(void);

// Bind, set the handler and unmask. Thread context, or before there are threads. The port, or
// -errno. Delivered on vCPU 0 where cpu is not given.
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
// Close: when this returns no call of the handler is under way any more on another vCPU, nor will
// there be one. A handler may close its own port. Not with a lock held that the handler takes. 0 or
// Xen's error.
int evtchn_close(evtchn_t port);

// Have a port of the interdomain or unbound kind delivered on vCPU `cpu`. An event that is under
// way may still be handled where it was. 0 or Xen's error.
int evtchn_bind_cpu(evtchn_t port, unsigned int cpu);
// 0 is the highest priority, 15 the lowest, 7 what every port has. FIFO only: 0, -ENOSYS with
// 2-level, or Xen's error. Thread context.
int evtchn_set_priority(evtchn_t port, unsigned int priority);

// Our own domain number; DOMID_INVALID (xen.h) should Xen not tell. Hypercalls the first time only.
halvm_domid_t evtchn_own_domid(void);

int evtchn_send(evtchn_t port);
void evtchn_mask(evtchn_t port);
// Unmask; an event that came while masked is delivered now.
void evtchn_unmask(evtchn_t port);
bool evtchn_pending(evtchn_t port);
// Forget an event that came (for code that polls instead of handling).
void evtchn_clear(evtchn_t port);

// Storms. A port with a limit that gets EVENTS_STORM events in a row without evtchn_worked() is
// held: masked for 1 ms, the next time for 2, up to a second. What comes meanwhile is one event at
// the end of it. The first time is reported on the console, with `name` (not copied).
// evtchn_worked() says that an event had a cause; the owner calls it wherever it finds work,
// handler or thread.
#define EVENTS_STORM 1000
void evtchn_limit(evtchn_t port, const char *name);
void evtchn_worked(evtchn_t port);
// Set once by the room that has clocks: arm(tick) has tick() called, in interrupt context, after
// EVENTS_TICK_NS.
#define EVENTS_TICK_NS 1000000
void events_set_ticker(void (*arm)(void (*tick)(void)));

struct events_stats {
    bool fifo;            // the format
    unsigned int ports;   // that it can have
    uint64_t upcalls;     // taken since the start, on all vCPUs
    uint64_t events;      // delivered
    uint64_t unwanted;    // that no handler wanted: cleared and masked
    uint64_t held;        // how often a port was held for its storms
    unsigned int holding; // ports held just now
};
void events_get_stats(struct events_stats *out);

// After each upcall's handlers, with the interrupted frame: the scheduler's place to preempt. Set
// once.
struct trap_frame;
void events_set_after(void (*fn)(struct trap_frame *frame));
// fn is called once, with interrupts off: after the first upcall's handlers, or before anybody
// waits for one. For work that a program which ends at once need not pay for.
void events_on_first(void (*fn)(void));
void events_first(void); // by the scheduler, which is about to wait; interrupts off

#endif
