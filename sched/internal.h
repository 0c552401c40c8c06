// SPDX-License-Identifier: BSD-3-Clause
// Inside sched/.
//
// Locks, outermost first: sched_lock() (states of threads, wait queues), a run queue's lock, a
// timer queue's (time/timer.c). No two run queues are locked at once.
#ifndef SCHED_INTERNAL_H
#define SCHED_INTERNAL_H

#include <arch/cpu.h>
#include <arch/spinlock.h>
#include <halvm/sched.h>
#include <halvm/time.h>

enum thread_state { THREAD_RUNNABLE, THREAD_WAITING, THREAD_DEAD };

struct thread {
    struct arch_context ctx;
    struct thread *next;     // in its run queue
    enum thread_state state; // under sched_lock()
    int prio;
    unsigned int id;
    unsigned int cpu; // where it ran last
    bool pinned;      // runs on vCPU `pin` only
    unsigned int pin;
    char name[16];

    void *(*fn)(void *);
    void *arg;
    void *result;
    bool detached, joined;
    struct waitq exited;

    void *stack; // the mapping, its lowest page the guard
    size_t stack_size;
    void *tls; // the block that %fs points into; the stack begins below it

    ns_t cpu_time;    // up to the last switch away
    ns_t switched_in; // when it last got a vCPU
};

#define PRIOS     (THREAD_PRIO_HIGH + 1)
#define PRIO_IDLE (-1)

// What a vCPU has to run. Only that vCPU adds what it takes from its own thread and arms the timer;
// others add what they wake and take what they steal.
struct run_queue {
    struct spinlock lock;
    struct {
        struct thread *head, *tail;
    } prio[PRIOS];
    unsigned int count; // in all of them
    int running;        // the priority of the thread that has the vCPU
    bool resched;       // this vCPU's own note: look again at the end of the upcall
    bool kicked;        // an IPI is on its way
    bool online;        // takes threads
    bool leaving;       // cpu_stop() wants it
    bool parked;        // smp_park_others() wants it, or has it
    bool halted;        // it has it
    bool lost;          // was down when the guest was saved
    struct timer slice;
    evtchn_t ipi;
    struct thread idle;
};

// The running thread: one instruction, so right in every context.
#define current cpu_read(thread)

static inline struct run_queue *rq_of(unsigned int cpu)
{
    return cpus[cpu]->rq;
}

// With interrupts off.
static inline struct run_queue *this_rq(void)
{
    return cpu_read(rq);
}

// With sched_lock() held.
void sched_make_runnable(struct thread *t);
// With sched_lock() held; current's state is WAITING or DEAD. Lets the lock go, and returns when
// the thread runs again, interrupts still off, the lock *not* held; sched_relock() takes it back.
unsigned long sched_block(void);
void sched_relock(unsigned long depth);

// Make cpu's run queue ready, with its idle thread on the given stack.
void sched_init_cpu(struct cpu *cpu, struct run_queue *rq, void *idle_stack, size_t size);
// Run `first` on the first vCPU, on a fresh scheduler.
void sched_start(struct thread *first) __attribute__((noreturn));
// Begin with the idle thread, on a vCPU just started.
void sched_start_idle(void) __attribute__((noreturn));
// Bind the vCPU's own event channels. 0 or Xen's error.
int sched_bind_cpu(struct cpu *cpu);
// Have another vCPU look at its queue.
void sched_kick(struct run_queue *rq);
// smp.c: by the idle thread of a vCPU that cpu_stop() wants. Returns when started again.
void smp_leave(void);
// smp.c: in the IPI's handler, parked is set. Returns when unparked.
void smp_parked(struct run_queue *rq);
// smp.c: start all other vCPUs that the domain has, once; a thread that is second comes here first.
void smp_start_all(void);

// tls.c: make the thread's static TLS block, just below its record (t->tls is its start). Returns
// the base for %fs. Without variables it is only what the ABI puts at fixed places.
uintptr_t tls_create(struct thread *t, bool variables);

#endif
