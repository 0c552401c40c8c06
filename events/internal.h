// SPDX-License-Identifier: BSD-3-Clause
// Inside events/.
#ifndef EVENTS_INTERNAL_H
#define EVENTS_INTERNAL_H

#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <arch/spinlock.h>
#include <halvm/events.h>
#include <xen/errno.h>

// What the two formats do differently.
struct format {
    unsigned int ports;
    bool own_queues; // what a vCPU finds is its own; otherwise it finds other vCPUs' events too
    // Have memory for the port's bits, masked. 0 or -errno.
    int (*prepare)(evtchn_t port);
    void (*mask)(evtchn_t port);
    bool (*masked)(evtchn_t port);
    // Clear the mask. False: an event is pending and it is still masked, or again; Xen must unmask.
    bool (*unmask)(evtchn_t port);
    bool (*pending)(evtchn_t port);
    void (*clear)(evtchn_t port);
    // Deliver what is pending for this vCPU.
    void (*scan)(struct cpu *cpu);
};
extern const struct format format_2l, format_fifo;
extern const struct format *format;

extern halvm_domid_t own_domid; // DOMID_INVALID: not asked yet

// fifo.c. Change to it: one vCPU runs, interrupts off. 0, or -errno and nothing has changed.
int fifo_start(void);
// Make a masked port's event pending.
void fifo_raise(evtchn_t port);
int fifo_init_cpu(unsigned int cpu);
// After a restore. The memory is there.
int fifo_resume(void);

// What we keep of a port. Zeroes: nobody's.
struct slot {
    evtchn_handler *fn;
    void *arg;
    uint8_t state;  // of its handler (dispatch.c)
    uint8_t cpu;    // where it is delivered
    uint8_t level;  // how long its next hold is: 2^level ticks
    uint16_t idle;  // events in a row without work
    uint16_t ticks; // left of its hold; 0: not held
    evtchn_t next;  // of those held
    bool limited, owner_masked, reported;
    const char *name; // for the report
};

struct slot *slot_of(evtchn_t port);

// dispatch.c. Once the handler is NULL: wait until nobody is in it, our own caller excepted.
void slot_wait_idle(struct slot *slot);

// Call the handler of a pending, unmasked port.
void events_deliver(evtchn_t port, struct cpu *cpu);

// Unmask, whether or not the port is held.
void port_unmask(evtchn_t port);

// storm.c, which only programs with limited ports have in them: NULL until there is such a port.
struct storm_ops {
    // The port has fired EVENTS_STORM times without work.
    void (*hold)(evtchn_t port, struct slot *slot);
    // The owner has masked the port, or wants it unmasked. False: it is not held, so unmask it.
    bool (*owner_masks)(struct slot *slot, bool mask);
    // The port is closed.
    void (*forget)(evtchn_t port, struct slot *slot);
    unsigned int (*holding)(void);
};
extern const struct storm_ops *storms;
// Have tick() called after EVENTS_TICK_NS. NULL before time_init().
extern void (*events_arm_ticker)(void (*tick)(void));

struct cpu_stats {
    uint64_t upcalls, events, unwanted, held;
};
extern struct cpu_stats events_cpu_stats[CPUS_MAX]; // each written by its vCPU alone

#endif
