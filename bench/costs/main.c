// SPDX-License-Identifier: BSD-3-Clause
// What the kernel's operations cost. With --icount the clock counts instructions, Xen's for us
// included, so each line is exact and the same in every run: "cost: NAME INSTRUCTIONS HYPERCALLS",
// both for one operation, in hundredths. docs/bench.md says what the rows are.
#include <arch/hypercall.h>
#include <stdio.h>
#include <stdlib.h>
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../../tests/common/meet.h"

#define ROUNDS   1000u
#define MAPS     20u
#define PAGES    512u
#define MIB      (1UL << 20)
#define TIMER_NS 200000u // long enough to sleep for, whatever a sleep costs

// ---- Counted hypercalls: the linker puts this before the real one (--wrap) ----

long __real_hypercall(unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
                      unsigned long a5, unsigned int nr);
long __wrap_hypercall(unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
                      unsigned long a5, unsigned int nr);
static volatile unsigned long hypercalls;

long __wrap_hypercall(unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
                      unsigned long a5, unsigned int nr)
{
    hypercalls++;
    return __real_hypercall(a1, a2, a3, a4, a5, nr);
}

// ---- A measurement ----

static ns_t began;
static unsigned long calls_began;

static void start(ns_t now)
{
    calls_began = hypercalls;
    began = now;
}

static void stop(const char *name, ns_t now, unsigned int rounds)
{
    uint64_t cost = (now - began) * 100 / rounds;
    unsigned long calls = (hypercalls - calls_began) * 100 / rounds;

    printf("cost: %s %lu %lu\n", name, (unsigned long)cost, calls);
}

static void measure(const char *name, void (*once)(void), unsigned int rounds)
{
    once(); // what is set up at the first use, and caches that only look like costs
    start(time_monotonic());
    for (unsigned int i = 0; i < rounds; i++)
        once();
    stop(name, time_monotonic(), rounds);
}

static void fail(const char *what, long rc)
{
    printf("failed: %s: %ld\n", what, rc);
    exit(1);
}

// ---- The operations ----

static void nothing(void)
{
}

static void null_hypercall(void)
{
    hypercall_2(__HYPERVISOR_xen_version, XENVER_version, 0);
}

static evtchn_t port;
static volatile unsigned int handled;
static struct waitq answered;

static void on_event(evtchn_t p, void *arg)
{
    (void)p;
    (void)arg;
    handled++;
    waitq_wake_one(&answered);
}

static void event_to_self(void)
{
    unsigned int before = handled;

    evtchn_send(port);
    while (handled == before)
        arch_pause();
}

// The other guest needs the processor too: sleep until it has answered.
static void event_to_guest(void)
{
    unsigned int before = handled;
    unsigned long flags;

    evtchn_send(port);
    flags = sched_lock();
    while (handled == before)
        waitq_wait_locked(&answered, NS_NEVER);
    sched_unlock(flags);
}

static struct mutex lock;
static struct cond changed;
static volatile unsigned int turn;
static volatile bool over;

static void *yielder(void *arg)
{
    (void)arg;
    while (!over)
        thread_yield();
    return NULL;
}

static void *partner(void *arg)
{
    (void)arg;
    mutex_lock(&lock);
    while (!over) {
        if (turn) {
            turn = 0;
            cond_signal(&changed);
        }
        cond_wait_until(&changed, &lock, NS_NEVER);
    }
    mutex_unlock(&lock);
    return NULL;
}

// There and back: two switches, and all of a condition variable.
static void hand_over(void)
{
    mutex_lock(&lock);
    turn = 1;
    cond_signal(&changed);
    while (turn)
        cond_wait_until(&changed, &lock, NS_NEVER);
    mutex_unlock(&lock);
}

static void threads(void)
{
    struct thread *t;

    over = false;
    if (thread_create(&t, yielder, NULL, NULL))
        fail("thread_create", 0);
    measure("yield-there-and-back", thread_yield, ROUNDS);
    over = true;
    thread_join(t, NULL);

    over = false;
    if (thread_create(&t, partner, NULL, NULL))
        fail("thread_create", 0);
    measure("condition-there-and-back", hand_over, ROUNDS);
    mutex_lock(&lock);
    over = true;
    cond_signal(&changed);
    mutex_unlock(&lock);
    thread_join(t, NULL);
}

static void nap(void)
{
    thread_sleep_until(time_monotonic() + TIMER_NS);
}

static void timer_fn(struct timer *t)
{
    (void)t;
}

static void arm_and_stop(void)
{
    static struct timer timer = {.fn = timer_fn};

    timer_start(&timer, time_monotonic() + NS_PER_SEC);
    timer_stop(&timer);
}

// Time asleep is not counted: the vCPU's own clock, which Xen runs only while the vCPU does.
static void timers(void)
{
    measure("timer-arm-and-stop", arm_and_stop, ROUNDS);
    nap();
    start(time_cpu());
    for (unsigned int i = 0; i < ROUNDS; i++)
        nap();
    stop("timer-arm-sleep-fire-wake", time_cpu(), ROUNDS);
}

static char *block;

static void commit(void)
{
    int rc = vm_commit(block, MIB, VM_READ | VM_WRITE);

    if (rc)
        fail("vm_commit", rc);
}

static void commit_only(void)
{
    int rc = vm_commit_nozero(block, MIB, VM_READ | VM_WRITE);

    if (rc)
        fail("vm_commit_nozero", rc);
}

static void memory(const char *name, void (*fn)(void))
{
    ns_t sum = 0;
    unsigned long calls = 0;

    for (unsigned int i = 0; i <= MAPS; i++) {
        start(time_monotonic());
        fn();
        // The first makes page tables.
        sum += i ? time_monotonic() - began : 0;
        calls += i ? hypercalls - calls_began : 0;
        vm_decommit(block, MIB);
    }
    printf("cost: %s %lu %lu\n", name, (unsigned long)(sum * 100 / MAPS), calls * 100 / MAPS);
}

static halvm_domid_t peer;
static struct grant_page pages[PAGES];
static size_t batch;

static void map_unmap(void)
{
    void *addr;
    int rc = grant_map(peer, pages, batch, false, &addr);

    if (!rc)
        rc = grant_unmap(addr, pages, batch);
    if (rc)
        fail("grant_map, grant_unmap", rc);
}

static void with_peer(void)
{
    static const struct {
        const char *name;
        size_t pages;
    } rows[] = {{"grant-map-unmap-1", 1}, {"grant-map-unmap-16", 16}, {"grant-map-unmap-512", 512}};
    struct meeting m;
    grant_ref_t *list;
    void *addr;
    long rc = meet(&m);

    if (rc < 0)
        fail("meet", rc);
    peer = meet_domid(&m, 1);
    rc = meet_get(&m, 1, "port");
    if (rc >= 0)
        rc = evtchn_bind_interdomain(peer, rc, on_event, NULL);
    if (rc < 0)
        fail("evtchn_bind_interdomain", rc);
    port = rc;
    measure("event-to-a-guest-and-back", event_to_guest, ROUNDS);

    // The first page has the references of all.
    pages[0].ref = meet_get(&m, 1, "first");
    rc = grant_map(peer, pages, 1, false, &addr);
    if (rc) {
        printf("no maps here: %ld\n", rc);
        meet_put(&m, "end", 1);
        return;
    }
    list = addr;
    for (unsigned int i = 1; i < PAGES; i++)
        pages[i].ref = list[i];
    grant_unmap(addr, pages, 1);
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
        batch = rows[i].pages;
        measure(rows[i].name, map_unmap, MAPS);
    }
    meet_put(&m, "end", 1);
}

int main(void)
{
    printf("cost: boot-to-main %lu %lu\n", (unsigned long)time_monotonic() * 100, hypercalls * 100);
    measure("nothing", nothing, ROUNDS);
    measure("hypercall", null_hypercall, ROUNDS);

    long rc = evtchn_alloc_unbound(evtchn_own_domid(), on_event, NULL);

    if (rc >= 0)
        rc = evtchn_bind_interdomain(evtchn_own_domid(), rc, NULL, NULL);
    if (rc < 0)
        fail("a port to oneself", rc);
    port = rc;
    measure("event-to-oneself", event_to_self, ROUNDS);
    timers();
    threads();
    void *space;

    rc = vm_reserve(MIB, MIB, VM_ANYWHERE, &space);
    if (rc)
        fail("vm_reserve", rc);
    block = space;
    memory("commit-1-MiB", commit);
    memory("commit-1-MiB-without-zeroing", commit_only);
    with_peer();
    return 0;
}
