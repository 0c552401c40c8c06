// SPDX-License-Identifier: BSD-3-Clause
// One-shot timers: a pairing heap, whose nodes lie in the timers themselves, so that arming one
// never needs memory. Each vCPU has a heap, and its one-shot timer in Xen is set for the earliest;
// with none armed, nothing fires.
//
// In the heap each node's children form a list through next; prev is the elder sibling, or the
// parent for the first child.
#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <arch/spinlock.h>
#include <halvm/events.h>
#include <halvm/power.h>
#include <halvm/time.h>
#include "internal.h"

struct timer_queue {
    struct spinlock lock;
    struct timer *root;
    struct timer *running; // its callback is being called
    ns_t programmed;       // what Xen's timer is set for; 0: none
};

static struct timer_queue queues[CPUS_MAX];

// With interrupts off.
static struct timer_queue *this_queue(void)
{
    return &queues[this_cpu()->id];
}

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

static void heap_add(struct timer_queue *q, struct timer *t)
{
    t->child = t->next = t->prev = NULL;
    t->queued = true;
    write_release(&t->home, q);
    q->root = meld(q->root, t);
}

static void heap_remove(struct timer_queue *q, struct timer *t)
{
    struct timer *rest = meld_list(t->child);

    if (t == q->root) {
        q->root = rest;
    } else {
        if (t->prev->child == t)
            t->prev->child = t->next;
        else
            t->prev->next = t->next;
        if (t->next)
            t->next->prev = t->prev;
        q->root = meld(q->root, rest);
    }
    if (q->root)
        q->root->prev = q->root->next = NULL;
    t->child = t->next = t->prev = NULL;
    t->queued = false;
}

// On the queue's own vCPU, with its lock held.
static void program(struct timer_queue *q)
{
    long rc;

    // A timer that is set too early only costs an empty upcall, so stopping one does not reprogram.
    if (!q->root || (q->programmed && q->root->deadline >= q->programmed))
        return;
    q->programmed = q->root->deadline ? q->root->deadline : 1;
    rc = hypercall_set_timer(time_to_system(q->root->deadline));
    if (unlikely(rc))
        panic("set_timer_op: error %ld", rc);
}

static void timer_event(evtchn_t port, void *arg)
{
    struct timer_queue *q = arg;
    ns_t now = time_monotonic();

    (void)port;
    spin_take(&q->lock);
    q->programmed = 0;
    while (q->root && q->root->deadline <= now) {
        struct timer *t = q->root;

        heap_remove(q, t);
        q->running = t;
        spin_drop(&q->lock);
        t->fn(t);
        spin_take(&q->lock);
        WRITE_ONCE(q->running, NULL);
    }
    program(q);
    spin_drop(&q->lock);
}

void timer_start(struct timer *t, ns_t deadline)
{
    struct timer_queue *q = READ_ONCE(t->home);
    unsigned long flags;

    if (q) {
        flags = spin_lock(&q->lock);
        if (t->queued && t->home == q)
            heap_remove(q, t);
        spin_unlock(&q->lock, flags);
    }
    flags = arch_irq_save();
    q = this_queue();
    spin_take(&q->lock);
    t->deadline = deadline;
    heap_add(q, t);
    program(q);
    spin_drop(&q->lock);
    arch_irq_restore(flags);
}

bool timer_stop(struct timer *t)
{
    for (;;) {
        struct timer_queue *q = READ_ONCE(t->home);
        unsigned long flags;
        bool queued, moved, running;

        if (!q)
            return false;
        flags = spin_lock(&q->lock);
        moved = t->home != q;
        queued = !moved && t->queued;
        // On this vCPU it can only be the callback itself that calls.
        running = !moved && q->running == t && q != this_queue();
        if (queued)
            heap_remove(q, t);
        spin_unlock(&q->lock, flags);
        while (running && READ_ONCE(q->running) == t)
            arch_pause();
        if (!moved)
            return queued;
    }
}

void time_take_over(unsigned int cpu)
{
    struct timer_queue *from = &queues[cpu];
    unsigned long flags = spin_lock(&from->lock);
    struct timer *t;

    while ((t = from->root)) {
        heap_remove(from, t);
        spin_drop(&from->lock);
        timer_start(t, t->deadline);
        spin_take(&from->lock);
    }
    from->programmed = 0;
    spin_unlock(&from->lock, flags);
}

int time_init_cpu(unsigned int cpu)
{
    long port = evtchn_bind_virq(VIRQ_TIMER, cpu, timer_event, &queues[cpu]);

    return port < 0 ? port : 0;
}

static void (*events_tick)(void);

static void ticker_fired(struct timer *t)
{
    (void)t;
    events_tick();
}

// events/ knows no clock: while it holds ports, it asks for each tick.
static void ticker_arm(void (*tick)(void))
{
    static struct timer ticker = {.fn = ticker_fired};

    events_tick = tick;
    timer_start(&ticker, time_monotonic() + EVENTS_TICK_NS);
}

void time_init(void)
{
    int rc;

    time_clock_init();
    events_set_ticker(ticker_arm);
    rc = time_init_cpu(0);
    if (rc)
        panic("cannot bind the timer: error %d", rc);
}

void time_suspend(void)
{
    time_clock_suspend();
}

void time_resume(bool cancelled)
{
    int rc = cancelled ? 0 : time_init_cpu(this_cpu()->id);

    if (rc)
        panic("cannot bind the timer: error %d", rc);
    time_clock_resume();
    time_resume_cpu();
}

void time_resume_cpu(void)
{
    struct timer_queue *q = this_queue();
    unsigned long flags = spin_lock(&q->lock);

    q->programmed = 0;
    program(q);
    spin_unlock(&q->lock, flags);
}
