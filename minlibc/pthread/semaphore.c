// SPDX-License-Identifier: BSD-3-Clause
// Unnamed semaphores. Named ones are shared between processes, of which there is one (ENOSYS).
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>

#include "libc.h"
#include "pthread/self.h"

struct semaphore {
    unsigned int value;
    struct waitq queue;
};
_Static_assert(sizeof(struct semaphore) <= sizeof(sem_t), "fits the ABI's object");

static struct semaphore *semaphore_of(sem_t *s)
{
    return (struct semaphore *)s;
}

int sem_init(sem_t *s, int shared, unsigned int value)
{
    if (shared)
        return libc_fail(ENOSYS);
    if (value > SEM_VALUE_MAX)
        return libc_fail(EINVAL);
    *semaphore_of(s) = (struct semaphore){.value = value};
    return 0;
}

int sem_destroy(sem_t *s)
{
    return semaphore_of(s)->queue.head ? libc_fail(EBUSY) : 0;
}

static int wait_until(struct semaphore *s, ns_t deadline)
{
    int rc = 0;
    unsigned long flags = sched_lock();

    while (!s->value && !rc)
        rc = waitq_wait_locked(&s->queue, deadline);
    if (s->value) {
        s->value--;
        rc = 0;
    }
    sched_unlock(flags);
    return rc;
}

int sem_wait(sem_t *s)
{
    return (int)libc_result(wait_until(semaphore_of(s), NS_NEVER));
}

int sem_trywait(sem_t *s)
{
    return wait_until(semaphore_of(s), 0) ? libc_fail(EAGAIN) : 0;
}

int sem_timedwait(sem_t *restrict s, const struct timespec *restrict ts)
{
    ns_t deadline;

    if (!deadline_of(CLOCK_REALTIME, ts, &deadline))
        return libc_fail(EINVAL);
    return (int)libc_result(wait_until(semaphore_of(s), deadline));
}

int sem_post(sem_t *sem)
{
    struct semaphore *s = semaphore_of(sem);
    unsigned long flags = sched_lock();
    bool full = s->value == SEM_VALUE_MAX;

    if (!full) {
        s->value++;
        waitq_wake_one(&s->queue);
    }
    sched_unlock(flags);
    return full ? libc_fail(EOVERFLOW) : 0;
}

int sem_getvalue(sem_t *restrict s, int *restrict value)
{
    *value = (int)semaphore_of(s)->value;
    return 0;
}

sem_t *sem_open(const char *name, int flags, ...)
{
    (void)name;
    (void)flags;
    errno = ENOSYS;
    return SEM_FAILED;
}

int sem_close(sem_t *s)
{
    (void)s;
    return libc_fail(EINVAL);
}

int sem_unlink(const char *name)
{
    (void)name;
    return libc_fail(ENOENT);
}
