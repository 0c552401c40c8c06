// SPDX-License-Identifier: BSD-3-Clause
// vCPUs come and go. All that the domain has are started when there is a second thread (or when
// somebody asks for their number), each with a queue and an idle thread of its own; a program may
// stop some and start them again. There is no first among them then, except that vCPU 0 gets the
// events of everybody and cannot be stopped.
#include <arch/arch.h>
#include <arch/hypercall.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <xen/errno.h>
#include "internal.h"

#define IDLE_STACK_SIZE 8192
#define START_NS        (5 * NS_PER_SEC)

static struct mutex cpus_lock; // one comes or goes at a time

unsigned int sched_cpus(void)
{
    unsigned int n = 0;

    smp_start_all();
    for (unsigned int i = 0; i < nr_cpus; i++)
        n += READ_ONCE(rq_of(i)->online);
    return n;
}

// Its first words on the kernel stack.
static void ap_start(struct cpu *cpu)
{
    cpu->rq->idle.ctx.active = 1;
    sched_start_idle();
}

static bool await(const bool *flag, bool value)
{
    ns_t deadline = time_monotonic() + START_NS;

    while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) != value) {
        if (time_monotonic() >= deadline)
            return false;
        thread_sleep_until(time_monotonic() + 100000);
    }
    return true;
}

// Xen has really stopped it: until then an `up` would be lost.
static bool await_down(unsigned int id)
{
    ns_t deadline = time_monotonic() + START_NS;

    while (arch_cpu_is_up(id) == 1) {
        if (time_monotonic() >= deadline)
            return false;
        arch_pause();
    }
    return true;
}

// The area, below it a guard page, behind it the queue and the idle thread's stack. Never freed:
// Xen keeps the vcpu_info's frame.
static struct cpu *cpu_make(unsigned int id)
{
    size_t area = arch_cpu_area_size(), rq = ROUND_UP(sizeof(struct run_queue), PAGE_SIZE);
    size_t size = area + rq + IDLE_STACK_SIZE;
    struct cpu *cpu;
    char *base;

    if (vm_reserve(PAGE_SIZE + size, PAGE_SIZE, VM_ANYWHERE, (void **)&base))
        return NULL;
    if (vm_commit(base + PAGE_SIZE, size, VM_READ | VM_WRITE)) {
        vm_release(base, PAGE_SIZE + size);
        return NULL;
    }
    base += PAGE_SIZE;
    cpu = arch_cpu_prepare(base, id);
    sched_init_cpu(cpu, (struct run_queue *)(base + area), base + area + rq, IDLE_STACK_SIZE);
    return cpu;
}

// What Xen must know of a vCPU, while it is down.
static int cpu_tell_xen(struct cpu *cpu)
{
    int rc = arch_cpu_register_info(cpu, vm_frame_of(cpu_vcpu_info(cpu)));

    if (!rc)
        rc = time_init_cpu(cpu->id);
    return rc ? rc : sched_bind_cpu(cpu);
}

static int cpu_first_start(unsigned int id)
{
    struct cpu *cpu = cpu_make(id);
    int rc;

    if (!cpu)
        return -XEN_ENOMEM;
    rc = events_init_cpu(id);
    if (!rc && !cpus[0]->rq->ipi)
        rc = sched_bind_cpu(cpus[0]); // nobody needed it before
    if (!rc)
        rc = cpu_tell_xen(cpu);
    cpus[id] = cpu;
    if (!rc)
        rc = arch_cpu_start(cpu, ap_start);
    if (rc)
        return rc;
    if (!await(&cpu->rq->online, true))
        return -XEN_ETIMEDOUT;
    __atomic_store_n(&nr_cpus, id + 1, __ATOMIC_RELEASE);
    return 0;
}

// One that was stopped when the guest was saved: nobody saved it, so it begins at the beginning.
static int restart_lost(struct cpu *cpu)
{
    struct run_queue *rq = cpu->rq;
    int rc;

    arch_cpu_prepare((char *)cpu - offsetof(struct cpu_area, cpu), cpu->id);
    sched_init_cpu(cpu, rq, (char *)rq + ROUND_UP(sizeof(*rq), PAGE_SIZE), IDLE_STACK_SIZE);
    rc = cpu_tell_xen(cpu);
    return rc ? rc : arch_cpu_start(cpu, ap_start);
}

static int start_again(unsigned int id)
{
    struct run_queue *rq = rq_of(id);
    int rc;

    if (READ_ONCE(rq->online))
        return -XEN_EEXIST;
    WRITE_ONCE(rq->leaving, false);
    rc = rq->lost ? restart_lost(cpus[id]) : arch_cpu_up(id);
    if (rc)
        return rc;
    return await(&rq->online, true) ? 0 : -XEN_ETIMEDOUT;
}

int cpu_start(unsigned int id)
{
    int rc;

    if (id > nr_cpus || id >= CPUS_MAX)
        return -XEN_EINVAL;
    mutex_lock(&cpus_lock);
    rc = id < nr_cpus ? start_again(id) : cpu_first_start(id);
    mutex_unlock(&cpus_lock);
    return rc;
}

int cpu_stop(unsigned int id)
{
    struct run_queue *rq;
    int rc = 0;

    if (id == 0 || id >= nr_cpus)
        return -XEN_EINVAL;
    mutex_lock(&cpus_lock);
    rq = rq_of(id);
    if (READ_ONCE(rq->online)) {
        WRITE_ONCE(rq->leaving, true);
        sched_kick(rq);
        if (await(&rq->online, false) && await_down(id))
            time_take_over(id);
        else
            rc = -XEN_ETIMEDOUT;
    }
    mutex_unlock(&cpus_lock);
    return rc;
}

void smp_leave(void)
{
    arch_cpu_down(this_cpu()->id);
}

// Parking happens inside the IPI's handler, so whatever the vCPU was doing stays as it was. It
// stays up: Xen and the toolstack save and restore a vCPU only if it is.
void smp_parked(struct run_queue *rq)
{
    __atomic_store_n(&rq->halted, true, __ATOMIC_RELEASE);
    while (__atomic_load_n(&rq->parked, __ATOMIC_ACQUIRE))
        hypercall_sched_op(SCHEDOP_yield, NULL);
    arch_resume_cpu();
    __atomic_store_n(&rq->halted, false, __ATOMIC_RELEASE);
    time_resume_cpu();
}

int smp_park_others(void)
{
    unsigned int self = this_cpu()->id;
    int rc = 0;

    for (unsigned int i = 0; i < nr_cpus; i++) {
        if (i == self || !READ_ONCE(rq_of(i)->online))
            continue;
        WRITE_ONCE(rq_of(i)->parked, true);
        sched_kick(rq_of(i));
    }
    for (unsigned int i = 0; i < nr_cpus && !rc; i++) {
        if (READ_ONCE(rq_of(i)->parked) && !await(&rq_of(i)->halted, true))
            rc = -XEN_ETIMEDOUT;
    }
    if (rc)
        smp_unpark_others();
    return rc;
}

int smp_resume(void)
{
    unsigned int self = this_cpu()->id;
    int rc = this_rq()->ipi ? sched_bind_cpu(this_cpu()) : 0;

    // IPIs that were on their way have got lost.
    this_rq()->resched = true;
    for (unsigned int i = 0; i < nr_cpus; i++)
        __atomic_store_n(&rq_of(i)->kicked, false, __ATOMIC_SEQ_CST);
    for (unsigned int i = 0; i < nr_cpus && !rc; i++) {
        struct run_queue *rq = rq_of(i);

        if (i == self)
            continue;
        rq->lost = !rq->parked;
        if (rq->lost)
            continue;
        // It is in smp_parked(), and Xen wants it down for what comes.
        rc = arch_cpu_down(i);
        if (!rc)
            rc = cpu_tell_xen(cpus[i]);
        if (!rc)
            rc = arch_cpu_up(i);
    }
    return rc;
}

void smp_unpark_others(void)
{
    for (unsigned int i = 0; i < nr_cpus; i++)
        __atomic_store_n(&rq_of(i)->parked, false, __ATOMIC_RELEASE);
}

void smp_start_all(void)
{
    static struct mutex once;
    static bool done;

    if (likely(read_acquire(&done)))
        return;
    mutex_lock(&once);
    while (!done && nr_cpus < CPUS_MAX && arch_cpu_is_up(nr_cpus) >= 0) {
        int rc = cpu_start(nr_cpus);

        if (rc) {
            printk("sched: vCPU %u does not start: error %d\n", nr_cpus, rc);
            break;
        }
    }
    write_release(&done, true);
    mutex_unlock(&once);
}
