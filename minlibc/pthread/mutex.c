// SPDX-License-Identifier: BSD-3-Clause
// Mutexes in the ABI's object: static initialisers set __kind and leave the rest 0, so a lock word
// and a wait queue of zeroes must be a free mutex.
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "pthread/self.h"

// The lock word.
enum { FREE, LOCKED, CONTENDED };

#define KIND_MASK 3 // PTHREAD_MUTEX_NORMAL, _RECURSIVE, _ERRORCHECK, _ADAPTIVE_NP

// The wait queue lies in glibc's list of robust mutexes, which has the size of it where that
// starts.
#ifdef __x86_64__
#define QUEUE_OFFSET offsetof(pthread_mutex_t, __data.__list)
#else
#define QUEUE_OFFSET offsetof(pthread_mutex_t, __data.__nusers)
#endif
_Static_assert(QUEUE_OFFSET + sizeof(struct waitq) <= sizeof(pthread_mutex_t),
               "fits the ABI's object");

static struct waitq *queue_of(pthread_mutex_t *m)
{
    return (struct waitq *)((char *)m + QUEUE_OFFSET);
}

static bool take(pthread_mutex_t *m)
{
    int free_word = FREE;
    return __atomic_compare_exchange_n(&m->__data.__lock, &free_word, LOCKED, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// Whoever waits leaves CONTENDED behind, so that the next unlock wakes. 0 or ETIMEDOUT.
static int wait_for(pthread_mutex_t *m, ns_t deadline)
{
    int rc = 0;
    unsigned long flags = sched_lock();

    while (!rc && __atomic_exchange_n(&m->__data.__lock, CONTENDED, __ATOMIC_ACQUIRE) != FREE)
        rc = -waitq_wait_locked(queue_of(m), deadline);
    // A wake-up may have come together with the time-out.
    if (rc && __atomic_exchange_n(&m->__data.__lock, CONTENDED, __ATOMIC_ACQUIRE) == FREE)
        rc = 0;
    sched_unlock(flags);
    return rc;
}

static int own_id(void)
{
    return (int)thread_id(thread_self());
}

// The mutex may be ours already: 0 and *done for a recursive one, EDEADLK, or EAGAIN (too deep).
static int lock_again(pthread_mutex_t *m, bool *done)
{
    int kind = m->__data.__kind & KIND_MASK;

    *done = false;
    if (kind != PTHREAD_MUTEX_RECURSIVE_NP && kind != PTHREAD_MUTEX_ERRORCHECK_NP)
        return 0;
    if (__atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED) != own_id())
        return 0;
    if (kind == PTHREAD_MUTEX_ERRORCHECK_NP)
        return EDEADLK;
    if (m->__data.__count + 1 == 0)
        return EAGAIN;
    m->__data.__count++;
    *done = true;
    return 0;
}

static int lock_until(pthread_mutex_t *m, ns_t deadline)
{
    bool done;
    int rc = lock_again(m, &done);

    if (rc || done)
        return rc;
    if (!take(m))
        rc = wait_for(m, deadline);
    if (!rc)
        __atomic_store_n(&m->__data.__owner, own_id(), __ATOMIC_RELAXED);
    return rc;
}

int pthread_mutex_lock(pthread_mutex_t *m)
{
    return lock_until(m, NS_NEVER);
}

int pthread_mutex_trylock(pthread_mutex_t *m)
{
    bool done;
    int rc = lock_again(m, &done);

    if (rc)
        return rc == EDEADLK ? EBUSY : rc;
    if (done)
        return 0;
    if (!take(m))
        return EBUSY;
    __atomic_store_n(&m->__data.__owner, own_id(), __ATOMIC_RELAXED);
    return 0;
}

int pthread_mutex_clocklock(pthread_mutex_t *restrict m, clockid_t clock,
                            const struct timespec *restrict ts)
{
    ns_t deadline;

    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) || !deadline_of(clock, ts, &deadline))
        return EINVAL;
    return lock_until(m, deadline);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict m, const struct timespec *restrict ts)
{
    return pthread_mutex_clocklock(m, CLOCK_REALTIME, ts);
}

int pthread_mutex_unlock(pthread_mutex_t *m)
{
    int kind = m->__data.__kind & KIND_MASK;

    if (kind == PTHREAD_MUTEX_RECURSIVE_NP || kind == PTHREAD_MUTEX_ERRORCHECK_NP) {
        if (__atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED) != own_id())
            return EPERM;
        if (m->__data.__count) {
            m->__data.__count--;
            return 0;
        }
    }
    __atomic_store_n(&m->__data.__owner, 0, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&m->__data.__lock, FREE, __ATOMIC_RELEASE) == CONTENDED)
        waitq_wake_one(queue_of(m));
    return 0;
}

int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr)
{
    memset(m, 0, sizeof(*m));
    if (attr)
        m->__data.__kind = attr->__align & KIND_MASK;
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *m)
{
    return __atomic_load_n(&m->__data.__lock, __ATOMIC_RELAXED) == FREE ? 0 : EBUSY;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    attr->__align = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void)attr;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ADAPTIVE_NP)
        return EINVAL;
    attr->__align = type;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr, int *restrict type)
{
    *type = attr->__align & KIND_MASK;
    return 0;
}

// There is no other process to share with.
int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    (void)attr;
    return shared == PTHREAD_PROCESS_PRIVATE ? 0 : ENOTSUP;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *restrict attr, int *restrict shared)
{
    (void)attr;
    *shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_spin_init(pthread_spinlock_t *s, int shared)
{
    (void)shared;
    *s = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *s)
{
    (void)s;
    return 0;
}

int pthread_spin_trylock(pthread_spinlock_t *s)
{
    return __atomic_exchange_n(s, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}

// Who holds it may be waiting for this very vCPU.
int pthread_spin_lock(pthread_spinlock_t *s)
{
    while (pthread_spin_trylock(s))
        thread_yield();
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *s)
{
    __atomic_store_n(s, 0, __ATOMIC_RELEASE);
    return 0;
}
