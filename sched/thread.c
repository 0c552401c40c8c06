// SPDX-License-Identifier: BSD-3-Clause
// Threads come and go.
#include <halvm/app.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <xen/errno.h>
#include "internal.h"

#define STACK_DEFAULT (128UL * 1024)
#define STACK_MAX     (1UL << (CONFIG_64BIT ? 40 : 30))

extern char main_stack[], main_stack_end[]; // the linker script's: guard page and stack

static struct mutex graveyard_lock;
static struct thread *graveyard; // exited and detached: freed by the next thread that comes by, a
                                 // dead one cannot free its own stack
static unsigned int last_id;

// The record and the TLS block lie at the top of the stack's mapping: one release frees all.
static void bury(struct thread *t)
{
    // It is dead, but a vCPU may still be on its stack, a few instructions before leaving it.
    while (read_acquire(&t->ctx.active))
        arch_pause();
    vm_release(t->stack, t->stack_size + PAGE_SIZE);
}

static void bury_the_dead(void)
{
    struct thread *t;

    mutex_lock(&graveyard_lock);
    t = graveyard;
    graveyard = NULL;
    mutex_unlock(&graveyard_lock);
    while (t) {
        struct thread *next = t->next;

        bury(t);
        t = next;
    }
}

static void thread_main(void *arg)
{
    struct thread *t = arg;

    arch_irq_enable();
    thread_exit(t->fn(t->arg));
}

// A thread's memory from base: guard page, stack, and above the stack's first word the record.
static struct thread *thread_place(char *base, size_t stack_size)
{
    // Up to a 16th of the stack is left out, at random: where its frames lie is not for others to
    // know.
    size_t slack = vm_random_below(stack_size / 16 / 64) * 64;
    char *record = base + PAGE_SIZE + stack_size - slack - ROUND_UP(sizeof(struct thread), 64);
    struct thread *t = (struct thread *)record;

    memset(t, 0, sizeof(*t));
    t->stack = base;
    t->stack_size = stack_size;
    return t;
}

// All in one reservation. Memory under the stack is committed at once: a fault handler that commits
// on demand would run on behalf of code that must not fail.
static struct thread *thread_alloc(size_t stack_size)
{
    char *base;

    if (vm_reserve(stack_size + PAGE_SIZE, PAGE_SIZE, VM_ANYWHERE, (void **)&base))
        return NULL;
    if (vm_commit_nozero(base + PAGE_SIZE, stack_size, VM_READ | VM_WRITE)) {
        vm_release(base, stack_size + PAGE_SIZE);
        return NULL;
    }
    return thread_place(base, stack_size);
}

static void thread_fill(struct thread *t, const char *name, int prio, bool has_tls,
                        void *(*fn)(void *), void *arg)
{
    uintptr_t fs_base = tls_create(t, has_tls);
    size_t len = strlen(name);

    if (len > sizeof(t->name) - 1)
        len = sizeof(t->name) - 1;
    memcpy(t->name, name, len); // the rest of the record is zero
    t->fn = fn;
    t->arg = arg;
    t->prio = prio;
    t->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    t->state = THREAD_WAITING;
    arch_context_init(&t->ctx, (uintptr_t)t->tls, fs_base, thread_main, t);
}

int thread_create(struct thread **out, void *(*fn)(void *), void *arg,
                  const struct thread_attr *attr)
{
    size_t size = attr && attr->stack_size ? attr->stack_size : STACK_DEFAULT;
    int prio = attr ? attr->prio : THREAD_PRIO_NORMAL;
    unsigned long flags;
    struct thread *t;

    if (size < THREAD_STACK_MIN || size > STACK_MAX || prio < THREAD_PRIO_NORMAL ||
        prio > THREAD_PRIO_HIGH)
        return -XEN_EINVAL;
    smp_start_all();
    bury_the_dead();
    t = thread_alloc(ROUND_UP(size, PAGE_SIZE));
    if (!t)
        return -XEN_ENOMEM;
    thread_fill(t, attr && attr->name ? attr->name : "thread", prio, true, fn, arg);
    *out = t;
    flags = sched_lock();
    sched_make_runnable(t);
    sched_unlock(flags);
    return 0;
}

void thread_start_static(void *mem, size_t size, void *(*fn)(void *), void *arg,
                         const struct thread_attr *attr)
{
    struct thread *t = thread_place((char *)mem - PAGE_SIZE, size);
    unsigned long flags;

    thread_fill(t, attr->name, attr->prio, false, fn, arg);
    flags = sched_lock();
    sched_make_runnable(t);
    sched_unlock(flags);
}

void thread_exit(void *result)
{
    struct thread *t = current;

    mutex_lock(&graveyard_lock);
    sched_lock();
    t->result = result;
    t->state = THREAD_DEAD;
    if (t->detached) {
        t->next = graveyard;
        graveyard = t;
    }
    mutex_unlock(&graveyard_lock);
    waitq_wake_all(&t->exited);
    sched_block();
    panic("a dead thread ran again");
}

int thread_join(struct thread *t, void **result)
{
    unsigned long flags;

    if (t == current)
        return -XEN_EDEADLK;
    flags = sched_lock();
    if (t->detached || t->joined) {
        sched_unlock(flags);
        return -XEN_EINVAL;
    }
    t->joined = true;
    while (t->state != THREAD_DEAD)
        waitq_wait_locked(&t->exited, NS_NEVER);
    sched_unlock(flags);
    if (result)
        *result = t->result;
    bury(t);
    return 0;
}

int thread_detach(struct thread *t)
{
    unsigned long flags = sched_lock();
    bool dead = t->state == THREAD_DEAD;
    int rc = t->detached || t->joined ? -XEN_EINVAL : 0;

    if (!rc)
        t->detached = true;
    sched_unlock(flags);
    if (!rc && dead)
        bury(t);
    return rc;
}

unsigned int thread_id(const struct thread *t)
{
    return t->id;
}

const char *thread_name(const struct thread *t)
{
    return t->name;
}

void thread_stack_bounds(const struct thread *t, void **low, size_t *size)
{
    *low = (char *)t->stack + PAGE_SIZE;
    *size = t->stack_size;
}

ns_t thread_cpu_time(const struct thread *t)
{
    ns_t before, since, now;

    // Its vCPU changes both at a switch; between two equal readings of one the other is its match.
    do {
        before = arch_load64(&t->cpu_time);
        since = arch_load64(&t->switched_in);
        now = read_acquire(&t->ctx.active) ? time_monotonic() : since;
    } while (before != arch_load64(&t->cpu_time));
    return before + (now > since ? now - since : 0);
}

static void *main_thread(void *arg)
{
    (void)arg;
    app_start();
}

void sched_init(void)
{
    size_t mapped = (uintptr_t)main_stack_end - (uintptr_t)main_stack;
    struct thread *t = thread_place(main_stack, mapped - PAGE_SIZE);

    thread_fill(t, "main", THREAD_PRIO_NORMAL, true, main_thread, NULL);
    t->state = THREAD_RUNNABLE;
    sched_start(t);
}
