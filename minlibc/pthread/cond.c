// SPDX-License-Identifier: BSD-3-Clause
// Condition variables. A waiter enters the queue and gives up the mutex in one step under the
// scheduler's lock, so no signal is lost.
#include <errno.h>
#include <string.h>

#include "pthread/self.h"

struct condition {
    struct waitq queue;
    int clock;
};
_Static_assert(sizeof(struct condition) <= sizeof(pthread_cond_t), "fits the ABI's object");

static struct condition *condition_of(pthread_cond_t *c)
{
    return (struct condition *)c;
}

static int wait_until(pthread_cond_t *c, pthread_mutex_t *m, ns_t deadline)
{
    unsigned int depth = m->__data.__count; // of a recursive mutex
    unsigned long flags = sched_lock();

    m->__data.__count = 0;
    int rc = pthread_mutex_unlock(m);
    if (rc) {
        m->__data.__count = depth;
        sched_unlock(flags);
        return rc;
    }
    rc = -waitq_wait_locked(&condition_of(c)->queue, deadline);
    sched_unlock(flags);
    pthread_mutex_lock(m);
    m->__data.__count = depth;
    return rc;
}

int pthread_cond_wait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m)
{
    return wait_until(c, m, NS_NEVER);
}

int pthread_cond_clockwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m, clockid_t clock,
                           const struct timespec *restrict ts)
{
    ns_t deadline;

    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || !deadline_of(clock, ts, &deadline))
        return EINVAL;
    return wait_until(c, m, deadline);
}

int pthread_cond_timedwait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m,
                           const struct timespec *restrict ts)
{
    return pthread_cond_clockwait(c, m, condition_of(c)->clock, ts);
}

int pthread_cond_signal(pthread_cond_t *c)
{
    waitq_wake_one(&condition_of(c)->queue);
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *c)
{
    waitq_wake_all(&condition_of(c)->queue);
    return 0;
}

int pthread_cond_init(pthread_cond_t *restrict c, const pthread_condattr_t *restrict attr)
{
    memset(c, 0, sizeof(*c));
    condition_of(c)->clock = attr ? attr->__align : CLOCK_REALTIME;
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *c)
{
    return condition_of(c)->queue.head ? EBUSY : 0;
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
    attr->__align = CLOCK_REALTIME;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attr->__align = clock;
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *restrict attr, clockid_t *restrict clock)
{
    *clock = attr->__align;
    return 0;
}
