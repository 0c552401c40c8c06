// SPDX-License-Identifier: BSD-3-Clause
// Who runs. Each vCPU has a queue; the highest priority in it runs, threads of one priority take
// turns of SLICE, and the timer for that runs only while there is somebody to take the turn. A vCPU
// without work takes some from others before it sleeps.
//
// A thread that leaves a vCPU can be in a queue already while its registers are not saved yet:
// 1. Its vCPU puts it into a queue, or lets go of sched_lock() so that others may wake it.
// 2. Another vCPU finds it there.
// 3. Its own saves it, and only then clears ctx.active (arch/x86).
// So whoever takes from a queue passes over threads that are active elsewhere.
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/power.h>
#include <xen/errno.h>
#include "internal.h"

#define SLICE (10 * 1000 * 1000) // ns

static struct spinlock lock; // sched_lock(); counted in struct cpu
static struct run_queue boot_rq;

struct thread *thread_self(void)
{
    return current;
}

unsigned long sched_lock(void)
{
    unsigned long flags = arch_irq_save();

    if (!this_cpu()->sched_depth++)
        spin_take(&lock);
    return flags;
}

static int highest_prio(const struct run_queue *rq)
{
    for (int p = PRIOS - 1; p >= 0; p--) {
        if (READ_ONCE(rq->prio[p].head))
            return p;
    }
    return PRIO_IDLE;
}

static void enqueue(struct run_queue *rq, struct thread *t)
{
    spin_take(&rq->lock);
    t->next = NULL;
    if (rq->prio[t->prio].tail)
        rq->prio[t->prio].tail->next = t;
    else
        rq->prio[t->prio].head = t;
    rq->prio[t->prio].tail = t;
    WRITE_ONCE(rq->count, rq->count + 1);
    spin_drop(&rq->lock);
    mb(); // the thread is in the queue before its vCPU is looked at: see idle_loop()
}

// The first thread that can run here; self may, although it still holds this vCPU.
static struct thread *dequeue(struct run_queue *rq, const struct thread *self, unsigned int taker)
{
    struct thread *found = NULL;

    if (!READ_ONCE(rq->count))
        return NULL;
    spin_take(&rq->lock);
    for (int p = PRIOS - 1; p >= 0 && !found; p--) {
        for (struct thread *t = rq->prio[p].head, *before = NULL; t; before = t, t = t->next) {
            if (read_acquire(&t->ctx.active) && t != self)
                continue;
            if (t->pinned && t->pin != taker)
                continue;
            if (before)
                before->next = t->next;
            else
                rq->prio[p].head = t->next;
            if (!t->next)
                rq->prio[p].tail = before;
            WRITE_ONCE(rq->count, rq->count - 1);
            t->ctx.active = 1;
            found = t;
            break;
        }
    }
    spin_drop(&rq->lock);
    return found;
}

static struct thread *steal(const struct cpu *thief, const struct thread *self)
{
    for (unsigned int i = 1; i < nr_cpus; i++) {
        struct thread *t = dequeue(rq_of((thief->id + i) % nr_cpus), self, thief->id);

        if (t)
            return t;
    }
    return NULL;
}

// Somebody of the running thread's priority waits: make sure that its turn ends.
static void slice_arm(struct run_queue *rq)
{
    if (rq->running >= 0 && READ_ONCE(rq->prio[rq->running].head) && !rq->slice.queued)
        timer_start(&rq->slice, time_monotonic() + SLICE);
}

static void slice_over(struct timer *t)
{
    container_of(t, struct run_queue, slice)->resched = true;
}

void sched_kick(struct run_queue *rq)
{
    // One IPI is enough until its handler has begun.
    if (!__atomic_exchange_n(&rq->kicked, true, __ATOMIC_SEQ_CST))
        evtchn_send(rq->ipi);
}

static void kicked(evtchn_t port, void *arg)
{
    struct run_queue *rq = arg;

    (void)port;
    __atomic_store_n(&rq->kicked, false, __ATOMIC_SEQ_CST); // before looking
    if (READ_ONCE(rq->parked))
        smp_parked(rq);
    if (READ_ONCE(rq->leaving) || highest_prio(rq) > rq->running)
        rq->resched = true;
    else
        slice_arm(rq);
}

static bool is_idle(const struct run_queue *rq)
{
    return READ_ONCE(rq->running) == PRIO_IDLE && !READ_ONCE(rq->count) && READ_ONCE(rq->online);
}

// Where a woken thread waits for its turn: here if nothing runs here, else where it ran last if
// that is idle, else any idle vCPU, else the shortest queue.
static unsigned int choose_cpu(const struct thread *t)
{
    unsigned int here = this_cpu()->id, best = here;

    if (t->pinned)
        return t->pin;
    if (nr_cpus == 1 || is_idle(rq_of(here)))
        return here;
    if (is_idle(rq_of(t->cpu)))
        return t->cpu;
    for (unsigned int i = 0; i < nr_cpus; i++) {
        const struct run_queue *rq = rq_of(i), *best_rq = rq_of(best);

        if (!READ_ONCE(rq->online))
            continue;
        if (is_idle(rq))
            return i;
        if (READ_ONCE(rq->count) < READ_ONCE(best_rq->count) || !READ_ONCE(best_rq->online))
            best = i;
    }
    return best;
}

static void push_out(struct run_queue *rq);

static void place(struct thread *t)
{
    unsigned int cpu = choose_cpu(t);
    struct run_queue *rq = rq_of(cpu);

    enqueue(rq, t);
    if (unlikely(!READ_ONCE(rq->online)))
        push_out(rq); // it left between the choice and now
    else if (cpu != this_cpu()->id)
        sched_kick(rq);
    else if (t->prio > rq->running)
        rq->resched = true;
    else
        slice_arm(rq);
}

// The vCPU goes: what is in its queue moves to others.
static void push_out(struct run_queue *rq)
{
    while (READ_ONCE(rq->count)) {
        struct thread *t = dequeue(rq, NULL, rq->idle.cpu);

        if (!t)
            continue;      // about to be saved elsewhere
        t->pinned = false; // the vCPU it wanted is gone
        t->ctx.active = 0;
        place(t);
    }
}

void sched_make_runnable(struct thread *t)
{
    if (t->state != THREAD_WAITING)
        return;
    t->state = THREAD_RUNNABLE;
    place(t);
}

// A thread that lost this vCPU waits in its queue: another vCPU may have nothing to do.
static void offer(const struct run_queue *rq)
{
    for (unsigned int i = 0; nr_cpus > 1 && READ_ONCE(rq->count) && i < nr_cpus; i++) {
        if (is_idle(rq_of(i))) {
            sched_kick(rq_of(i));
            return;
        }
    }
}

static struct thread *pick_next(struct run_queue *rq, struct thread *prev)
{
    struct thread *next = NULL;
    ns_t now;

    rq->resched = false;
    if (!READ_ONCE(rq->leaving)) {
        next = dequeue(rq, prev, this_cpu()->id);
        if (!next && nr_cpus > 1)
            next = steal(this_cpu(), prev);
    }
    if (!next)
        next = &rq->idle;
    if (next == prev)
        return next;
    now = time_monotonic();
    prev->cpu_time += now - prev->switched_in;
    next->switched_in = now;
    next->cpu = this_cpu()->id;
    return next;
}

static void take_over(struct run_queue *rq, struct thread *next)
{
    this_cpu()->thread = next;
    WRITE_ONCE(rq->running, next->prio);
    timer_stop(&rq->slice);
    slice_arm(rq);
    offer(rq);
}

// With interrupts off. False when there is nothing else to run.
static bool switch_away(void)
{
    struct run_queue *rq = this_rq();
    struct thread *prev = current, *next = pick_next(rq, prev);

    if (next == prev)
        return false;
    take_over(rq, next);
    arch_set_fs_base(next->ctx.fs_base);
    arch_context_switch(&prev->ctx, &next->ctx);
    return true;
}

unsigned long sched_block(void)
{
    struct cpu *cpu = this_cpu();
    unsigned long depth = cpu->sched_depth;

    cpu->sched_depth = 0;
    spin_drop(&lock);
    switch_away();
    return depth;
}

void sched_relock(unsigned long depth)
{
    spin_take(&lock);
    this_cpu()->sched_depth = depth;
}

int thread_pin(unsigned int cpu)
{
    unsigned long flags;

    if (cpu >= nr_cpus || !READ_ONCE(rq_of(cpu)->online))
        return -XEN_EINVAL;
    flags = arch_irq_save();
    current->pinned = true;
    current->pin = cpu;
    if (this_cpu()->id != cpu) {
        enqueue(rq_of(cpu), current);
        sched_kick(rq_of(cpu));
        switch_away();
    }
    arch_irq_restore(flags);
    return 0;
}

void thread_unpin(void)
{
    current->pinned = false;
}

unsigned int thread_cpu(void)
{
    return this_cpu()->id;
}

void thread_yield(void)
{
    unsigned long flags = arch_irq_save();
    struct run_queue *rq = this_rq();

    if (highest_prio(rq) >= current->prio) {
        enqueue(rq, current);
        switch_away();
    }
    arch_irq_restore(flags);
}

// The end of an upcall: the only place where a thread loses the vCPU against its will.
static void after_upcall(struct trap_frame *frame)
{
    struct run_queue *rq = this_rq();
    struct thread *prev = current, *next;

    // The kernel side is interrupted only while the idle thread waits inside the gate; that thread
    // looks for itself.
    if (!rq->resched || !arch_frame_is_thread(frame) || prev == &rq->idle)
        return;
    if (highest_prio(rq) < prev->prio && !READ_ONCE(rq->leaving)) {
        rq->resched = false;
        return;
    }
    enqueue(rq, prev);
    next = pick_next(rq, prev);
    if (next == prev)
        return;
    take_over(rq, next);
    arch_context_switch_on_return(frame, &prev->ctx, &next->ctx);
}

void sched_unlock(unsigned long flags)
{
    struct cpu *cpu = this_cpu();

    if (--cpu->sched_depth)
        return;
    spin_drop(&lock);
    if (!flags)
        return;
    // Interrupts were on outside, so this is a thread at the end of its section: one that it woke
    // and that matters more goes first.
    if (unlikely(cpu->rq->resched) && highest_prio(cpu->rq) > current->prio) {
        enqueue(cpu->rq, current);
        switch_away();
    }
    arch_irq_restore(flags);
}

static void idle_loop(void *arg)
{
    struct run_queue *rq = arg;

    events_first();
    for (;;) {
        // Interrupts are off here and on only inside arch_idle_wait().
        // 1. running says idle, then the queues are looked at.
        // 2. Who wakes or offers a thread puts it into a queue, then looks at running, and sends
        //    an IPI.
        // So either the thread is seen here, or the IPI ends the wait.
        mb();
        if (READ_ONCE(rq->leaving)) {
            WRITE_ONCE(rq->online, false);
            mb(); // who places a thread here after this sees it: place()
            push_out(rq);
            smp_leave();
            WRITE_ONCE(rq->online, true);
        }
        if (!switch_away() && !READ_ONCE(rq->count))
            arch_idle_wait();
    }
}

void sched_init_cpu(struct cpu *cpu, struct run_queue *rq, void *idle_stack, size_t size)
{
    memcpy(rq->idle.name, "idle", 5);
    rq->idle.prio = rq->running = PRIO_IDLE;
    rq->idle.cpu = cpu->id;
    rq->slice.fn = slice_over;
    arch_context_init(&rq->idle.ctx, (uintptr_t)idle_stack + size, 0, idle_loop, rq);
    cpu->rq = rq;
    cpu->thread = &rq->idle;
}

int sched_bind_cpu(struct cpu *cpu)
{
    long port = evtchn_bind_ipi(cpu->id, kicked, cpu->rq);

    if (port < 0)
        return port;
    cpu->rq->ipi = port;
    return 0;
}

void sched_start_idle(void)
{
    struct run_queue *rq = this_rq();

    WRITE_ONCE(rq->online, true);
    rq->idle.switched_in = time_monotonic();
    arch_context_start(&rq->idle.ctx);
}

void sched_start(struct thread *first)
{
    static uint8_t idle_stack[8192] __attribute__((aligned(16)));
    struct run_queue *rq = &boot_rq;

    sched_init_cpu(this_cpu(), rq, idle_stack, sizeof(idle_stack));
    events_set_after(after_upcall);
    rq->online = true;
    rq->running = first->prio;
    this_cpu()->thread = first;
    first->ctx.active = 1;
    first->switched_in = time_monotonic();
    arch_context_start(&first->ctx);
}
