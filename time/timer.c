// SPDX-License-Identifier: BSD-3-Clause
// One-shot timers: a pairing heap, whose nodes lie in the timers themselves, so that arming one
// never needs memory. Xen's one-shot timer of the vCPU is set for the earliest; with none armed,
// nothing fires.
//
// In the heap each node's children form a list through next; prev is the elder sibling, or the
// parent for the first child.
#include <arch/hypercall.h>
#include <halvm/events.h>
#include <halvm/power.h>
#include <halvm/time.h>
#include "internal.h"

static struct timer *root;
static ns_t programmed = NS_NEVER; // what Xen's timer is set for

static struct timer *meld(struct timer *a, struct timer *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->deadline < a->deadline) {
        struct timer *t = a;

        a = b;
        b = t;
    }
    b->next = a->child;
    if (b->next)
        b->next->prev = b;
    b->prev = a;
    a->child = b;
    return a;
}

// Meld a list of siblings: pairs from the left, then the pairs from the right. Iterative: the list
// can be as long as the heap.
static struct timer *meld_list(struct timer *list)
{
    struct timer *pairs = NULL, *all = NULL;

    while (list) {
        struct timer *a = list, *b = a->next, *pair;

        list = b ? b->next : NULL;
        a->next = NULL;
        if (b)
            b->next = NULL;
        pair = meld(a, b);
        pair->next = pairs;
        pairs = pair;
    }
    while (pairs) {
        struct timer *next = pairs->next;

        pairs->next = NULL;
        all = meld(all, pairs);
        pairs = next;
    }
    return all;
}

static void heap_remove(struct timer *t)
{
    struct timer *rest = meld_list(t->child);

    if (t == root) {
        root = rest;
    } else {
        if (t->prev->child == t)
            t->prev->child = t->next;
        else
            t->prev->next = t->next;
        if (t->next)
            t->next->prev = t->prev;
        root = meld(root, rest);
    }
    if (root)
        root->prev = root->next = NULL;
    t->child = t->next = t->prev = NULL;
    t->queued = false;
}

// Called with interrupts off.
static void program(void)
{
    ns_t earliest = root ? root->deadline : NS_NEVER;
    long rc;

    // A timer that is set too early only costs an empty upcall, so stopping one does not reprogram.
    if (earliest >= programmed)
        return;
    programmed = earliest;
    rc = hypercall_set_timer(time_to_system(earliest));
    if (unlikely(rc))
        panic("set_timer_op: error %ld", rc);
}

static void timer_event(evtchn_t port, void *arg)
{
    ns_t now = time_monotonic();

    (void)port;
    (void)arg;
    programmed = NS_NEVER;
    while (root && root->deadline <= now) {
        struct timer *t = root;

        heap_remove(t);
        t->fn(t);
    }
    program();
}

void timer_start(struct timer *t, ns_t deadline)
{
    unsigned long flags = arch_irq_save();

    if (t->queued)
        heap_remove(t);
    t->deadline = deadline;
    t->child = t->next = t->prev = NULL;
    t->queued = true;
    root = meld(root, t);
    program();
    arch_irq_restore(flags);
}

bool timer_stop(struct timer *t)
{
    unsigned long flags = arch_irq_save();
    bool queued = t->queued;

    if (queued)
        heap_remove(t);
    arch_irq_restore(flags);
    return queued;
}

void time_init(void)
{
    long port;

    time_clock_init();
    port = evtchn_bind_virq(VIRQ_TIMER, timer_event, NULL);
    if (port < 0)
        panic("cannot bind the timer: error %ld", port);
}
