// SPDX-License-Identifier: BSD-3-Clause
// A thousand threads on several vCPUs use mutexes, condition variables, timed waits and timers at
// random for a while. What the locks protect stays consistent, every thread goes on to the end, and
// nothing is left behind in memory.
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <stdlib.h>
#include "../common/test.h"

const char test_title[] = "a thousand threads, locks, conditions and timers";

#define THREADS  1000
#define ACCOUNTS 200 // fewer would be a convoy: who has one lock waits in line for the other
#define START    1000
#define MS       1000000ULL

static struct account {
    struct mutex lock;
    struct cond changed;
    long money;
} accounts[ACCOUNTS];

static volatile bool stop;
static unsigned long transfers, timeouts, fired, wakeups;
static volatile unsigned long steps[THREADS];

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

// Both locks in the order of their addresses; the sum over all accounts never changes.
static void transfer(uint32_t *seed)
{
    struct account *a = &accounts[next_random(seed) % ACCOUNTS];
    struct account *b = &accounts[next_random(seed) % ACCOUNTS];
    long amount = next_random(seed) % 10;

    if (a == b)
        return;
    mutex_lock(a < b ? &a->lock : &b->lock);
    mutex_lock(a < b ? &b->lock : &a->lock);
    a->money -= amount;
    if (next_random(seed) % 64 == 0)
        thread_yield();
    b->money += amount;
    mutex_unlock(&a->lock);
    mutex_unlock(&b->lock);
    cond_signal(&b->changed);
    __atomic_add_fetch(&transfers, 1, __ATOMIC_RELAXED);
}

static void await_change(uint32_t *seed)
{
    struct account *a = &accounts[next_random(seed) % ACCOUNTS];

    mutex_lock(&a->lock);
    if (cond_wait_until(&a->changed, &a->lock, time_monotonic() + next_random(seed) % 20 * MS) == 0)
        __atomic_add_fetch(&wakeups, 1, __ATOMIC_RELAXED);
    else
        __atomic_add_fetch(&timeouts, 1, __ATOMIC_RELAXED);
    CHECK(a->lock.owner == thread_self());
    mutex_unlock(&a->lock);
}

struct alarm {
    struct timer timer;
    struct waitq waitq;
    bool rang;
};

static void ring(struct timer *t)
{
    struct alarm *a = container_of(t, struct alarm, timer);
    unsigned long flags = sched_lock();

    a->rang = true;
    waitq_wake_all(&a->waitq);
    sched_unlock(flags);
}

// A timer on the thread's own stack: stopped or over before the stack goes on.
static void use_timer(uint32_t *seed)
{
    struct alarm a = {.timer.fn = ring};
    unsigned long flags;

    timer_start(&a.timer, time_monotonic() + next_random(seed) % 3 * MS);
    if (next_random(seed) % 2) {
        flags = sched_lock();
        while (!a.rang)
            CHECK_EQ(waitq_wait_locked(&a.waitq, time_monotonic() + 60 * NS_PER_SEC), 0);
        sched_unlock(flags);
        __atomic_add_fetch(&fired, 1, __ATOMIC_RELAXED);
    }
    timer_stop(&a.timer);
}

static void *work(void *arg)
{
    uintptr_t me = (uintptr_t)arg;
    uint32_t seed = me * 2654435761u + 1;

    while (!stop) {
        switch (next_random(&seed) % 4) {
        case 0: await_change(&seed); break;
        case 1: use_timer(&seed); break;
        default: transfer(&seed); break;
        }
        steps[me]++;
    }
    return NULL;
}

void test_main(void)
{
    static struct thread *threads[THREADS];
    struct thread_attr attr = {.stack_size = THREAD_STACK_MIN};
    struct mm_stats before, after;
    unsigned long least = ~0UL;
    const char *seconds = getenv("SECONDS");
    long sum = 0;

    mm_get_stats(&before);
    for (int i = 0; i < ACCOUNTS; i++)
        accounts[i].money = START;
    for (uintptr_t i = 0; i < THREADS; i++) {
        if (thread_create(&threads[i], work, (void *)i, &attr)) {
            test_error("no memory for %d threads", THREADS);
            return;
        }
    }
    thread_sleep_until(time_monotonic() + (seconds ? atoi(seconds) : 5) * NS_PER_SEC);
    // A slow machine may need longer until each has had its turn.
    for (ns_t deadline = time_monotonic() + 150 * NS_PER_SEC; time_monotonic() < deadline;) {
        least = ~0UL;
        for (int i = 0; i < THREADS; i++)
            least = steps[i] < least ? steps[i] : least;
        if (least)
            break;
        thread_sleep_until(time_monotonic() + 100 * MS);
    }
    stop = true;
    for (int i = 0; i < THREADS; i++) {
        thread_join(threads[i], NULL);
    }
    for (int i = 0; i < ACCOUNTS; i++) {
        CHECK(!accounts[i].lock.owner && !accounts[i].lock.waiting);
        sum += accounts[i].money;
    }
    CHECK_EQ(sum, (long)ACCOUNTS * START);
    CHECK(least > 0);
    mm_get_stats(&after);
    printk("%u vCPUs: %lu transfers, %lu woken, %lu timed out, %lu timers, least steps %lu\n",
           sched_cpus(), transfers, wakeups, timeouts, fired, least);
    // Page tables and records of reservations stay.
    CHECK(before.frames_free - after.frames_free < 200);
}
