// SPDX-License-Identifier: BSD-3-Clause
// Mutexes exclude, condition variables lose no wake-up, time-outs come in time, priorities are
// obeyed.
#include <xen/errno.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "mutexes, condition variables, priorities";

#define WORKERS 8
#define ROUNDS  5000
#define ITEMS   20000
#define MS      1000000ULL

static struct mutex lock;
static struct cond not_empty, not_full;
static volatile unsigned long counter;

static void *increment(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        unsigned long v;

        mutex_lock(&lock);
        v = counter;
        if (i % 64 == 0)
            thread_yield(); // inside the section: others must stay out
        counter = v + 1;
        mutex_unlock(&lock);
    }
    return NULL;
}

static void test_mutex(void)
{
    struct thread *t[WORKERS];

    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(thread_create(&t[i], increment, NULL, NULL), 0);
    for (int i = 0; i < WORKERS; i++)
        thread_join(t[i], NULL);
    CHECK_EQ(counter, WORKERS * ROUNDS);
    CHECK(mutex_trylock(&lock));
    CHECK(!mutex_trylock(&lock));
    mutex_unlock(&lock);
}

#define SLOTS 4
static unsigned int queue[SLOTS], head, tail;

static void *produce(void *arg)
{
    (void)arg;
    for (unsigned int i = 0; i < ITEMS; i++) {
        mutex_lock(&lock);
        while (head - tail == SLOTS)
            cond_wait_until(&not_full, &lock, NS_NEVER);
        queue[head++ % SLOTS] = i;
        cond_signal(&not_empty);
        mutex_unlock(&lock);
    }
    return NULL;
}

static void test_cond(void)
{
    struct thread *t;
    unsigned int wrong = 0;

    CHECK_EQ(thread_create(&t, produce, NULL, NULL), 0);
    for (unsigned int i = 0; i < ITEMS; i++) {
        mutex_lock(&lock);
        while (head == tail)
            cond_wait_until(&not_empty, &lock, NS_NEVER);
        wrong += queue[tail++ % SLOTS] != i;
        cond_signal(&not_full);
        mutex_unlock(&lock);
    }
    thread_join(t, NULL);
    CHECK_EQ(wrong, 0);
}

static void test_timeout(void)
{
    struct cond nobody = {0};
    struct mutex held = {0};
    ns_t start = time_monotonic();

    mutex_lock(&held);
    CHECK_EQ(cond_wait_until(&nobody, &held, start + 10 * MS), -XEN_ETIMEDOUT);
    CHECK(time_monotonic() >= start + 10 * MS);
    CHECK_EQ(cond_wait_until(&nobody, &held, 0), -XEN_ETIMEDOUT);
    CHECK(held.owner == thread_self());
    mutex_unlock(&held);
    // A signal while nobody waits is gone, as it should be.
    cond_signal(&nobody);
    mutex_lock(&held);
    CHECK_EQ(cond_wait_until(&nobody, &held, time_monotonic() + MS), -XEN_ETIMEDOUT);
    mutex_unlock(&held);
}

static volatile unsigned int ran;

static void *run_high(void *arg)
{
    (void)arg;
    ran++;
    return NULL;
}

static void test_priority(void)
{
    static const struct thread_attr high = {.name = "high", .prio = THREAD_PRIO_HIGH};
    struct thread *t;

    // Created by a thread of normal priority, it runs before the call returns.
    CHECK_EQ(thread_create(&t, run_high, NULL, &high), 0);
    CHECK_EQ(ran, 1);
    thread_join(t, NULL);
}

void test_main(void)
{
    test_mutex();
    test_cond();
    test_timeout();
    test_priority();
}
