// SPDX-License-Identifier: BSD-3-Clause
// Inside sched/.
#ifndef SCHED_INTERNAL_H
#define SCHED_INTERNAL_H

#include <arch/cpu.h>
#include <halvm/sched.h>
#include <halvm/time.h>

enum thread_state { THREAD_RUNNABLE, THREAD_WAITING, THREAD_DEAD };

struct thread {
    struct arch_context ctx;
    struct thread *next; // in its run queue
    enum thread_state state;
    int prio;
    unsigned int id;
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
    ns_t switched_in; // when it last got the vCPU
};

// The running thread: one instruction, so right in every context.
#define current cpu_read(thread)

// With interrupts off.
void sched_make_runnable(struct thread *t);
void sched_block(void); // current is not in a run queue; returns when it runs again

// Run `first` on a fresh scheduler.
void sched_start(struct thread *first) __attribute__((noreturn));

// tls.c: make the thread's static TLS block, just below its record (t->tls is its start). Returns
// the base for %fs.
uintptr_t tls_create(struct thread *t);

#endif
