// SPDX-License-Identifier: BSD-3-Clause
// Kernel threads, and what they wait on. Preemptive, priority first, round robin within a priority.
//
// Context: unless a function says otherwise it must be called by a thread (not from an interrupt,
// not before main).
#ifndef HALVM_SCHED_H
#define HALVM_SCHED_H

#include <halvm/types.h>

struct thread;

#define THREAD_PRIO_NORMAL 0
#define THREAD_PRIO_HIGH   1 // tickers and the like: short work, preempts at once
#define THREAD_STACK_MIN   16384UL

struct thread_attr {
    const char *name;  // copied (15 bytes); NULL: "thread"
    size_t stack_size; // bytes, rounded up to pages; 0: 128 KiB. A guard page lies below.
    int prio;
};

// Start fn(arg). Returns 0, -ENOMEM, -EINVAL. The thread must be joined or detached once.
int thread_create(struct thread **out, void *(*fn)(void *), void *arg,
                  const struct thread_attr *attr);
// Start a thread of the kernel's own in memory that stays: it is never joined, and has no
// thread-local variables and no guard page. size: at least THREAD_STACK_MIN. Any context.
void thread_start_static(void *mem, size_t size, void *(*fn)(void *), void *arg,
                         const struct thread_attr *attr);
void thread_exit(void *result) __attribute__((noreturn));
int thread_join(struct thread *t, void **result); // 0, -EDEADLK (self), -EINVAL (detached)
int thread_detach(struct thread *t);              // 0, -EINVAL
struct thread *thread_self(void); // any context; in an interrupt: the interrupted thread
unsigned int thread_id(const struct thread *t); // 1 is the main thread; never reused
const char *thread_name(const struct thread *t);
void thread_stack_bounds(const struct thread *t, void **low, size_t *size);
void thread_yield(void);
void thread_sleep_until(ns_t deadline);
ns_t thread_cpu_time(const struct thread *t); // nanoseconds on a vCPU; any context

// vCPUs. All that the domain has run as soon as there is a second thread, or as this is called. How
// many are online:
unsigned int sched_cpus(void);
// Start vCPU id (again): 0, -EINVAL (no such number, or one before it was never started), -EEXIST
// (it runs), -ENOMEM, -ETIMEDOUT, Xen's error. Stop it: its threads and timers go to others; 0,
// -EINVAL (0 cannot stop), -ETIMEDOUT. Event channels that were bound to it stay silent.
int cpu_start(unsigned int id);
int cpu_stop(unsigned int id);
// Keep the calling thread on one vCPU, and no longer. 0, -EINVAL (not online). A vCPU that stops
// frees the threads pinned to it.
int thread_pin(unsigned int cpu);
void thread_unpin(void);
unsigned int thread_cpu(void); // where this runs; true for long only when pinned
// Stop all other vCPUs where they are, and let them go on; for suspend and the like, by a pinned
// thread. 0 or -ETIMEDOUT (then none is stopped).
int smp_park_others(void);
void smp_unpark_others(void);
// In a new domain, after a restore, with interrupts off and the others parked: tell Xen of them. 0
// or Xen's error.
int smp_resume(void);

// Wait queues: the primitive below all others. Statically initialised by zeroes.
struct waiter;
struct waitq {
    struct waiter *head, *tail;
};

// Protect the condition that a wait queue announces: interrupts off on this vCPU, and the
// scheduler's lock against the others. Short sections only. Any context. Nests.
unsigned long sched_lock(void);
void sched_unlock(unsigned long flags);

// With sched_lock() held: release it, sleep until woken or until deadline, take it again. 0 or
// -ETIMEDOUT. May wake spuriously: loop.
int waitq_wait_locked(struct waitq *q, ns_t deadline);
// Wake one (FIFO) or all. Any context, with or without sched_lock(). Returns how many were woken.
unsigned int waitq_wake_one(struct waitq *q);
unsigned int waitq_wake_all(struct waitq *q);

// Sleeping mutex; not recursive. Statically initialised by zeroes.
struct mutex {
    struct thread *owner;
    unsigned int waiting;
    bool handover; // the next unlock gives it to the first waiter
    struct waitq waitq;
};
void mutex_lock(struct mutex *m);
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
int mutex_lock_until(struct mutex *m, ns_t deadline); // 0, -ETIMEDOUT

// Condition variable, used with one mutex at a time. Statically initialised by zeroes.
struct cond {
    struct waitq waitq;
};
int cond_wait_until(struct cond *c, struct mutex *m, ns_t deadline); // 0, -ETIMEDOUT
void cond_signal(struct cond *c);                                    // any context
void cond_broadcast(struct cond *c);                                 // any context

// Make the main thread, which runs app_start(), and leave the boot stack for it. Once, by
// kernel_main().
void sched_init(void) __attribute__((noreturn));

#endif
