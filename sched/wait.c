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
    // Still in the queue: waitq_wait_locked() sees that nobody woke it.
    sched_make_runnable(container_of(t, struct waiter, timer)->thread);
}

int waitq_wait_locked(struct waitq *q, ns_t deadline)
{
    struct waiter w = {.thread = current};

    if (deadline != NS_NEVER && time_monotonic() >= deadline)
        return -XEN_ETIMEDOUT;
    waitq_add(q, &w);
    if (deadline != NS_NEVER) {
        w.timer.fn = wait_timed_out;
        timer_start(&w.timer, deadline);
    }
    current->state = THREAD_WAITING;
    sched_block();
    if (deadline != NS_NEVER)
        timer_stop(&w.timer);
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

int mutex_lock_until(struct mutex *m, ns_t deadline)
{
    unsigned long flags = sched_lock();
    int rc = 0;

    while (m->owner && rc == 0)
        rc = waitq_wait_locked(&m->waitq, deadline);
    if (!m->owner) {
        m->owner = current;
        rc = 0;
    }
    sched_unlock(flags);
    return rc;
}

void mutex_lock(struct mutex *m)
{
    mutex_lock_until(m, NS_NEVER);
}

bool mutex_trylock(struct mutex *m)
{
    unsigned long flags = sched_lock();
    bool free = !m->owner;

    if (free)
        m->owner = current;
    sched_unlock(flags);
    return free;
}

void mutex_unlock(struct mutex *m)
{
    unsigned long flags = sched_lock();

    m->owner = NULL;
    waitq_wake_one(&m->waitq);
    sched_unlock(flags);
}

int cond_wait_until(struct cond *c, struct mutex *m, ns_t deadline)
{
    unsigned long flags = sched_lock();
    int rc;

    // Letting go and queueing are one step: a signal between them would find nobody and be lost.
    m->owner = NULL;
    waitq_wake_one(&m->waitq);
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
