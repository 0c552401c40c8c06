// SPDX-License-Identifier: BSD-3-Clause
// Wait queues, and what is built on them: mutexes and condition variables.
#include <xen/errno.h>
#include "internal.h"

// A thread's place in a queue, on its own stack.
struct waiter {
    struct waiter *next, *prev;
    struct waitq *queue; // NULL once woken
    struct thread *thread;
    struct timer timer;
};

static void waitq_add(struct waitq *q, struct waiter *w)
{
    w->queue = q;
    w->next = NULL;
    w->prev = q->tail;
    if (q->tail)
        q->tail->next = w;
    else
        q->head = w;
    q->tail = w;
}

static void waitq_remove(struct waiter *w)
{
    struct waitq *q = w->queue;

    if (w->prev)
        w->prev->next = w->next;
    else
        q->head = w->next;
    if (w->next)
        w->next->prev = w->prev;
    else
        q->tail = w->prev;
    w->queue = NULL;
}

static void wait_timed_out(struct timer *t)
{
    unsigned long flags = sched_lock();

    // Still in the queue: waitq_wait_locked() sees that nobody woke it.
    sched_make_runnable(container_of(t, struct waiter, timer)->thread);
    sched_unlock(flags);
}

int waitq_wait_locked(struct waitq *q, ns_t deadline)
{
    struct waiter w = {.thread = current};
    unsigned long depth;

    if (deadline != NS_NEVER && time_monotonic() >= deadline)
        return -XEN_ETIMEDOUT;
    waitq_add(q, &w);
    if (deadline != NS_NEVER) {
        w.timer.fn = wait_timed_out;
        timer_start(&w.timer, deadline);
    }
    current->state = THREAD_WAITING;
    depth = sched_block();
    // Before the lock is taken: the callback may be running elsewhere, and wants it too.
    if (deadline != NS_NEVER)
        timer_stop(&w.timer);
    sched_relock(depth);
    if (!w.queue)
        return 0;
    waitq_remove(&w);
    return -XEN_ETIMEDOUT;
}

static unsigned int wake(struct waitq *q, unsigned int max)
{
    unsigned long flags = sched_lock();
    unsigned int n = 0;

    while (q->head && n < max) {
        struct waiter *w = q->head;

        waitq_remove(w);
        sched_make_runnable(w->thread);
        n++;
    }
    sched_unlock(flags);
    return n;
}

unsigned int waitq_wake_one(struct waitq *q)
{
    return wake(q, 1);
}

unsigned int waitq_wake_all(struct waitq *q)
{
    return wake(q, ~0u);
}

void thread_sleep_until(ns_t deadline)
{
    struct waitq nobody_wakes = {0};
    unsigned long flags = sched_lock();

    while (waitq_wait_locked(&nobody_wakes, deadline) == 0)
        continue;
    sched_unlock(flags);
}

// The owner's word is taken and left by one atomic exchange; the lock of the scheduler is for those
// who wait.
//
// 1. Who must wait counts itself in `waiting`, then looks at the owner again.
// 2. Who leaves clears the owner, then looks at `waiting`.
// So one of the two sees the other; the wake-up itself is under sched_lock(), which the waiter
// holds from 1 until it is in the queue.
static bool mutex_take(struct mutex *m)
{
    struct thread *nobody = NULL;

    return __atomic_compare_exchange_n(&m->owner, &nobody, current, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

int mutex_lock_until(struct mutex *m, ns_t deadline)
{
    unsigned long flags;
    bool owned;
    int rc = 0;

    if (likely(mutex_take(m)))
        return 0;
    flags = sched_lock();
    __atomic_add_fetch(&m->waiting, 1, __ATOMIC_SEQ_CST);
    while (!(owned = mutex_take(m)) && !rc) {
        rc = waitq_wait_locked(&m->waitq, deadline);
        // It may have been handed over, even together with the time-out.
        owned = READ_ONCE(m->owner) == current;
        if (owned)
            break;
        m->handover = true; // woken, and somebody else was quicker: not twice
    }
    m->waiting--;
    sched_unlock(flags);
    return owned ? 0 : rc;
}

void mutex_lock(struct mutex *m)
{
    mutex_lock_until(m, NS_NEVER);
}

bool mutex_trylock(struct mutex *m)
{
    return mutex_take(m);
}

// With sched_lock() held.
static void mutex_release(struct mutex *m)
{
    struct waiter *first = m->waitq.head;

    write_release(&m->owner, m->handover && first ? first->thread : NULL);
    m->handover = false;
    waitq_wake_one(&m->waitq);
}

void mutex_unlock(struct mutex *m)
{
    unsigned long flags;

    if (!READ_ONCE(m->waiting)) {
        __atomic_store_n(&m->owner, NULL, __ATOMIC_SEQ_CST);
        if (likely(!READ_ONCE(m->waiting)))
            return;
        flags = sched_lock();
        waitq_wake_one(&m->waitq);
    } else {
        flags = sched_lock();
        mutex_release(m);
    }
    sched_unlock(flags);
}

int cond_wait_until(struct cond *c, struct mutex *m, ns_t deadline)
{
    unsigned long flags = sched_lock();
    int rc;

    // Letting go and queueing are one step: a signal between them would find nobody and be lost.
    mutex_release(m);
    rc = waitq_wait_locked(&c->waitq, deadline);
    sched_unlock(flags);
    mutex_lock(m);
    return rc;
}

void cond_signal(struct cond *c)
{
    waitq_wake_one(&c->waitq);
}

void cond_broadcast(struct cond *c)
{
    waitq_wake_all(&c->waitq);
}
