// SPDX-License-Identifier: BSD-3-Clause
// Read-write locks and barriers, each a few numbers under the scheduler's lock. Writers go first,
// so that readers cannot starve them.
#include <errno.h>
#include <string.h>

#include "pthread/self.h"

struct rwlock {
    unsigned int readers;
    unsigned int writer; // thread id
    unsigned int writers_waiting;
    struct waitq read_queue, write_queue;
};
_Static_assert(sizeof(struct rwlock) <= sizeof(pthread_rwlock_t), "fits the ABI's object");

static struct rwlock *lock_of(pthread_rwlock_t *l)
{
    return (struct rwlock *)l;
}

static unsigned int own_id(void)
{
    return thread_id(thread_self());
}

static int read_until(struct rwlock *l, ns_t deadline)
{
    int rc = 0;
    unsigned long flags = sched_lock();

    if (l->writer == own_id())
        rc = EDEADLK;
    while (!rc && (l->writer || l->writers_waiting))
        rc = -waitq_wait_locked(&l->read_queue, deadline);
    if (!rc)
        l->readers++;
    sched_unlock(flags);
    return rc;
}

static int write_until(struct rwlock *l, ns_t deadline)
{
    int rc = 0;
    unsigned long flags = sched_lock();

    if (l->writer == own_id())
        rc = EDEADLK;
    l->writers_waiting++;
    while (!rc && (l->writer || l->readers))
        rc = -waitq_wait_locked(&l->write_queue, deadline);
    l->writers_waiting--;
    if (!rc)
        l->writer = own_id();
    else if (!l->writer && !l->writers_waiting)
        waitq_wake_all(&l->read_queue);
    sched_unlock(flags);
    return rc;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
    return read_until(lock_of(l), NS_NEVER);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
    return write_until(lock_of(l), NS_NEVER);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
    int rc = read_until(lock_of(l), 0);
    return rc ? EBUSY : 0;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
    int rc = write_until(lock_of(l), 0);
    return rc ? EBUSY : 0;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict l, const struct timespec *restrict ts)
{
    ns_t deadline;
    return deadline_of(CLOCK_REALTIME, ts, &deadline) ? read_until(lock_of(l), deadline) : EINVAL;
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict l, const struct timespec *restrict ts)
{
    ns_t deadline;
    return deadline_of(CLOCK_REALTIME, ts, &deadline) ? write_until(lock_of(l), deadline) : EINVAL;
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    struct rwlock *l = lock_of(lock);
    unsigned long flags = sched_lock();
    int rc = 0;

    if (l->writer)
        l->writer = 0;
    else if (l->readers)
        l->readers--;
    else
        rc = EPERM;
    if (!l->readers && l->writers_waiting)
        waitq_wake_one(&l->write_queue);
    else if (!l->writers_waiting)
        waitq_wake_all(&l->read_queue);
    sched_unlock(flags);
    return rc;
}

int pthread_rwlock_init(pthread_rwlock_t *restrict l, const pthread_rwlockattr_t *restrict attr)
{
    (void)attr;
    memset(l, 0, sizeof(*l));
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
    return lock_of(l)->readers || lock_of(l)->writer ? EBUSY : 0;
}

struct barrier {
    unsigned int count, arrived, round;
    struct waitq queue;
};
_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t), "fits the ABI's object");

int pthread_barrier_init(pthread_barrier_t *restrict barrier,
                         const pthread_barrierattr_t *restrict attr, unsigned int count)
{
    (void)attr;
    if (!count)
        return EINVAL;
    *(struct barrier *)barrier = (struct barrier){.count = count};
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    return ((struct barrier *)barrier)->arrived ? EBUSY : 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    struct barrier *b = (struct barrier *)barrier;
    unsigned long flags = sched_lock();
    unsigned int round = b->round;
    int rc = 0;

    if (++b->arrived == b->count) {
        b->arrived = 0;
        b->round++;
        waitq_wake_all(&b->queue);
        rc = PTHREAD_BARRIER_SERIAL_THREAD;
    }
    while (b->round == round)
        waitq_wait_locked(&b->queue, NS_NEVER);
    sched_unlock(flags);
    return rc;
}
