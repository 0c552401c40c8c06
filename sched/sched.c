// SPDX-License-Identifier: BSD-3-Clause
// Who runs. One vCPU: its lock is having interrupts off. The highest priority that has a runnable
// thread runs; within it, threads take turns of SLICE, and the timer for that runs only while there
// is somebody to take the turn.
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/power.h>
#include "internal.h"

#define PRIOS (THREAD_PRIO_HIGH + 1)
#define SLICE (10 * 1000 * 1000) // ns

struct run_queue {
    struct thread *head, *tail;
};

static struct thread idle_thread;
static struct run_queue queues[PRIOS];
static bool resched;
static struct timer slice_timer;

struct thread *thread_self(void)
{
    return current;
}

unsigned long sched_lock(void)
{
    return arch_irq_save();
}

static int highest_prio(void)
{
    for (int p = PRIOS - 1; p >= 0; p--) {
        if (queues[p].head)
            return p;
    }
    return -1;
}

static void enqueue(struct thread *t)
{
    struct run_queue *q = &queues[t->prio];

    t->next = NULL;
    if (q->tail)
        q->tail->next = t;
    else
        q->head = t;
    q->tail = t;
}

static struct thread *dequeue(void)
{
    int p = highest_prio();
    struct thread *t;

    if (p < 0)
        return &idle_thread;
    t = queues[p].head;
    queues[p].head = t->next;
    if (!t->next)
        queues[p].tail = NULL;
    return t;
}

// Somebody of the running thread's priority waits: make sure that its turn ends.
static void slice_arm(void)
{
    if (current != &idle_thread && queues[current->prio].head && !slice_timer.queued)
        timer_start(&slice_timer, time_monotonic() + SLICE);
}

static void slice_over(struct timer *t)
{
    (void)t;
    resched = true;
}

void sched_make_runnable(struct thread *t)
{
    if (t->state != THREAD_WAITING)
        return;
    t->state = THREAD_RUNNABLE;
    enqueue(t);
    if (current == &idle_thread || t->prio > current->prio)
        resched = true;
    else
        slice_arm();
}

static struct thread *pick_next(void)
{
    struct thread *next = dequeue();
    ns_t now;

    resched = false;
    if (next == current)
        return next;
    now = time_monotonic();
    current->cpu_time += now - current->switched_in;
    next->switched_in = now;
    return next;
}

static void switch_to(struct thread *next)
{
    struct thread *prev = current;

    if (next == prev)
        return;
    this_cpu()->thread = next;
    timer_stop(&slice_timer);
    slice_arm();
    arch_set_fs_base(next->ctx.fs_base);
    arch_context_switch(&prev->ctx, &next->ctx);
}

void sched_block(void)
{
    switch_to(pick_next());
}

void thread_yield(void)
{
    unsigned long flags = sched_lock();

    if (highest_prio() >= current->prio) {
        enqueue(current);
        switch_to(pick_next());
    }
    sched_unlock(flags);
}

// The end of an upcall: the only place where a thread loses the vCPU against its will.
static void after_upcall(struct trap_frame *frame)
{
    struct thread *prev = current, *next;

    // The kernel side is interrupted only while the idle thread waits inside the gate; that thread
    // looks for itself.
    if (!resched || !arch_frame_is_thread(frame))
        return;
    if (prev == &idle_thread)
        return; // it is in arch_idle_wait(), about to look
    if (highest_prio() < prev->prio) {
        resched = false;
        return;
    }
    enqueue(prev);
    next = pick_next();
    if (next == prev)
        return;
    this_cpu()->thread = next;
    timer_stop(&slice_timer);
    slice_arm();
    arch_context_switch_on_return(frame, &prev->ctx, &next->ctx);
}

void sched_unlock(unsigned long flags)
{
    // Interrupts were on outside, so this is a thread at the end of its section: one that it woke
    // and that matters more goes first.
    if (flags && unlikely(resched) && highest_prio() > current->prio) {
        enqueue(current);
        switch_to(pick_next());
    }
    arch_irq_restore(flags);
}

static void idle_loop(void *arg)
{
    (void)arg;
    for (;;) {
        // Interrupts are off here and on only inside arch_idle_wait().
        while (highest_prio() < 0)
            arch_idle_wait();
        switch_to(pick_next());
    }
}

void sched_start(struct thread *first)
{
    static uint8_t idle_stack[8192] __attribute__((aligned(16)));

    memcpy(idle_thread.name, "idle", 5);
    idle_thread.prio = -1;
    arch_context_init(&idle_thread.ctx, (uintptr_t)idle_stack + sizeof(idle_stack), 0, idle_loop,
                      NULL);
    slice_timer.fn = slice_over;
    events_set_after(after_upcall);
    this_cpu()->thread = first;
    first->switched_in = time_monotonic();
    arch_context_start(&first->ctx);
}
