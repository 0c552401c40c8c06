// SPDX-License-Identifier: BSD-3-Clause
// The rooms below rts-xen, as far as it uses them, over POSIX threads and mmap: the runtime layer
// can be tried on Linux without a guest. SHIM_MEMORY_MB in the environment is the size of the
// "guest" (default 64); the heap gets no more than that.
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>

#define MIB       (1UL << 20)
#define SPACE_MAX (1UL << 40)

// ---- Memory: one reservation, committed in mebibytes ----

static char *space;
static size_t space_len;
static unsigned char committed[SPACE_MAX / MIB];
static size_t committed_mib;

static size_t guest_mib(void)
{
    const char *text = getenv("SHIM_MEMORY_MB");

    return text ? strtoul(text, NULL, 10) : 64;
}

void mm_get_stats(struct mm_stats *out)
{
    out->frames_total = guest_mib() * MIB / PAGE_SIZE;
    out->frames_free = (guest_mib() - committed_mib) * MIB / PAGE_SIZE;
}

int vm_reserve(size_t len, size_t align, unsigned int where, void **addr)
{
    assert(where == VM_ANYWHERE && !space && align >= PAGE_SIZE);
    if (len > SPACE_MAX / 2)
        return -ENOMEM; // have the caller try again

    char *p =
        mmap(NULL, len + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        return -ENOMEM;
    space = (char *)ROUND_UP((uintptr_t)p, align);
    space_len = len;
    *addr = space;
    return 0;
}

int vm_release(void *addr, size_t len)
{
    assert(addr == space && len == space_len);
    return munmap(addr, len);
}

int vm_commit_nozero(void *addr, size_t len, unsigned int prot)
{
    size_t first = (size_t)((char *)addr - space) / MIB;

    assert(prot == (VM_READ | VM_WRITE));
    assert(((uintptr_t)addr | len) % MIB == 0 && (char *)addr + len <= space + space_len);
    if (committed_mib + len / MIB > guest_mib())
        return -ENOMEM;
    for (size_t i = 0; i < len / MIB; i++) {
        assert(!committed[first + i]);
        committed[first + i] = 1;
        committed_mib++;
    }
    int err = mprotect(addr, len, PROT_READ | PROT_WRITE);

    // Contents of fresh pages are undefined: make a reader of them fail.
    memset(addr, 0xa5, len);
    return err;
}

int vm_decommit(void *addr, size_t len)
{
    size_t first = (size_t)((char *)addr - space) / MIB;

    for (size_t i = 0; i < len / MIB; i++) {
        assert(committed[first + i]);
        committed[first + i] = 0;
        committed_mib--;
    }
    return madvise(addr, len, MADV_DONTNEED) || mprotect(addr, len, PROT_NONE);
}

int vm_protect(void *addr, size_t len, unsigned int prot)
{
    int bits = 0;

    if ((prot & VM_WRITE) && (prot & VM_EXEC))
        return -EINVAL;
    if (prot & VM_READ)
        bits |= PROT_READ;
    if (prot & VM_WRITE)
        bits |= PROT_WRITE;
    if (prot & VM_EXEC)
        bits |= PROT_EXEC;
    return mprotect(addr, len, bits) ? -EINVAL : 0;
}

// ---- Time ----

static ns_t clock_ns(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (ns_t)ts.tv_sec * NS_PER_SEC + (ns_t)ts.tv_nsec;
}

ns_t time_monotonic(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

ns_t time_wall(void)
{
    return clock_ns(CLOCK_REALTIME);
}

ns_t time_cpu(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

// ---- Threads ----

struct thread {
    pthread_t id;
};

static pthread_mutex_t big_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t any_wake;
static pthread_once_t any_wake_once = PTHREAD_ONCE_INIT;

static unsigned int nr_waits;

// How often threads went to sleep: a program that is idle should do that rarely.
static void report_waits(void)
{
    if (getenv("SHIM_COUNT_WAITS"))
        printf("shim: %u waits\n", nr_waits);
}

static void any_wake_init(void)
{
    atexit(report_waits);
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&any_wake, &attr);
}

int thread_create(struct thread **out, void *(*fn)(void *), void *arg,
                  const struct thread_attr *attr)
{
    (void)attr;
    *out = malloc(sizeof(**out));
    if (!*out)
        return -ENOMEM;
    return -pthread_create(&(*out)->id, NULL, fn, arg);
}

int thread_join(struct thread *t, void **result)
{
    int err = pthread_join(t->id, result);

    free(t);
    return -err;
}

int thread_detach(struct thread *t)
{
    return -pthread_detach(t->id);
}

struct thread *thread_self(void)
{
    return NULL;
}

unsigned int thread_id(const struct thread *t)
{
    assert(!t);
    return 1;
}

ns_t thread_cpu_time(const struct thread *t)
{
    assert(!t);
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

unsigned long sched_lock(void)
{
    pthread_mutex_lock(&big_lock);
    return 0;
}

void sched_unlock(unsigned long flags)
{
    (void)flags;
    pthread_mutex_unlock(&big_lock);
}

int waitq_wait_locked(struct waitq *q, ns_t deadline)
{
    struct timespec ts = {.tv_sec = (time_t)(deadline / NS_PER_SEC),
                          .tv_nsec = (long)(deadline % NS_PER_SEC)};

    (void)q;
    pthread_once(&any_wake_once, any_wake_init);
    nr_waits++;
    if (deadline == NS_NEVER)
        return -pthread_cond_wait(&any_wake, &big_lock);
    return -pthread_cond_timedwait(&any_wake, &big_lock, &ts);
}

unsigned int waitq_wake_all(struct waitq *q)
{
    (void)q;
    pthread_once(&any_wake_once, any_wake_init);
    pthread_cond_broadcast(&any_wake);
    return 0;
}

void mutex_lock(struct mutex *m)
{
    (void)m;
    sched_lock();
}

void mutex_unlock(struct mutex *m)
{
    (void)m;
    sched_unlock(0);
}
