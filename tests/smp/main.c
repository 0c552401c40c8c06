// SPDX-License-Identifier: BSD-3-Clause
// Several vCPUs really run at once, each with its own timer and events; threads go where there is a
// vCPU for them, stay where they are pinned, and are moved when a vCPU stops; locks and wake-ups
// work across vCPUs; the clock never goes back from one to another; and a page that one vCPU takes
// away or replaces is gone for the others too.
#include <arch/arch.h>
#include <arch/spinlock.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "several vCPUs";

#define MAX    32
#define MS     1000000ULL
#define ROUNDS 20000

static unsigned int n;
static struct thread *threads[MAX];
static unsigned int arrived;

static void start_all(void *(*fn)(void *))
{
    for (uintptr_t i = 0; i < n; i++)
        CHECK_EQ(thread_create(&threads[i], fn, (void *)i, NULL), 0);
}

static void join_all(void)
{
    for (unsigned int i = 0; i < n; i++)
        thread_join(threads[i], NULL);
}

// Spin until everybody is here: comes to an end only when all run at the same time.
static void *meet(void *arg)
{
    ns_t deadline = time_monotonic() + 20 * NS_PER_SEC;

    CHECK_EQ(thread_pin((uintptr_t)arg), 0);
    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
    while (READ_ONCE(arrived) < n && time_monotonic() < deadline)
        arch_pause();
    CHECK_EQ(READ_ONCE(arrived), n);
    CHECK_EQ(thread_cpu(), (uintptr_t)arg);
    // The vCPU's own timer.
    deadline = time_monotonic() + 5 * MS;
    thread_sleep_until(deadline);
    CHECK(time_monotonic() >= deadline);
    CHECK_EQ(thread_cpu(), (uintptr_t)arg);
    return NULL;
}

static struct spinlock spin;
static struct mutex mutex;
static unsigned long spin_count, mutex_count;

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        unsigned long flags = spin_lock(&spin);

        spin_count++;
        spin_unlock(&spin, flags);
        mutex_lock(&mutex);
        mutex_count++;
        mutex_unlock(&mutex);
    }
    return NULL;
}

static ns_t latest;
static unsigned int went_back;

static void *watch_clock(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        ns_t seen = __atomic_load_n(&latest, __ATOMIC_SEQ_CST);
        ns_t now = time_monotonic();

        if (now < seen)
            __atomic_add_fetch(&went_back, 1, __ATOMIC_SEQ_CST);
        if (now > seen)
            __atomic_compare_exchange_n(&latest, &seen, now, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST);
    }
    return NULL;
}

// A token goes round by condition variables.
static struct cond turn_changed;
static unsigned int turn;

static void *pass_token(void *arg)
{
    uintptr_t me = (uintptr_t)arg;

    for (int i = 0; i < 500; i++) {
        mutex_lock(&mutex);
        while (turn % n != me)
            CHECK_EQ(cond_wait_until(&turn_changed, &mutex, time_monotonic() + 20 * NS_PER_SEC), 0);
        turn++;
        mutex_unlock(&mutex);
        cond_broadcast(&turn_changed);
    }
    return NULL;
}

static volatile bool stop;
static volatile unsigned long turns[2 * MAX];
static unsigned int seen_on;

static void *spinner(void *arg)
{
    while (!stop) {
        turns[(uintptr_t)arg]++;
        __atomic_or_fetch(&seen_on, 1u << thread_cpu(), __ATOMIC_RELAXED);
    }
    return NULL;
}

static bool all_turned(const unsigned long *since, unsigned long by)
{
    for (unsigned int i = 0; i < 2 * n; i++) {
        if (turns[i] < since[i] + by)
            return false;
    }
    return true;
}

// Every spinner comes round twice: whatever it had read before is out of date.
static void await_turns(void)
{
    ns_t deadline = time_monotonic() + 60 * NS_PER_SEC;
    unsigned long before[2 * MAX];

    for (unsigned int i = 0; i < 2 * n; i++)
        before[i] = turns[i];
    while (!all_turned(before, 2) && time_monotonic() < deadline)
        thread_sleep_until(time_monotonic() + 10 * MS);
    CHECK(all_turned(before, 2));
}

// Twice as many spinners as vCPUs, while vCPUs go and come.
static void stop_and_start(void)
{
    struct thread *t[2 * MAX];

    for (uintptr_t i = 0; i < 2 * n; i++)
        CHECK_EQ(thread_create(&t[i], spinner, (void *)i, NULL), 0);
    await_turns();
    CHECK_EQ(seen_on, n == 32 ? ~0u : (1u << n) - 1);
    CHECK(cpu_stop(0) < 0);
    for (unsigned int i = 1; i < n; i++)
        CHECK_EQ(cpu_stop(i), 0);
    CHECK_EQ(sched_cpus(), 1);
    CHECK(thread_pin(1) < 0);
    await_turns();
    seen_on = 0;
    await_turns();
    CHECK_EQ(seen_on, 1);
    for (unsigned int i = 1; i < n; i++)
        CHECK_EQ(cpu_start(i), 0);
    CHECK(cpu_start(1) < 0);
    CHECK_EQ(sched_cpus(), n);
    thread_sleep_until(time_monotonic() + 300 * MS);
    stop = true;
    for (unsigned int i = 0; i < 2 * n; i++)
        thread_join(t[i], NULL);
    CHECK(seen_on > 1);
}

// One vCPU replaces the page under an address, the others keep reading it.
#define PAGES 200
static char *page;
static unsigned int generation, looked;
static unsigned int stale;

static void *look(void *arg)
{
    unsigned int last = 0;

    thread_pin((uintptr_t)arg);
    while (last < PAGES) {
        unsigned int g = __atomic_load_n(&generation, __ATOMIC_ACQUIRE);

        if (g == last)
            continue;
        last = g;
        if (*(volatile unsigned int *)page != g)
            __atomic_add_fetch(&stale, 1, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&looked, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static void replace_pages(void)
{
    pfn_t held[PAGES];

    page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
    for (uintptr_t i = 1; i < n; i++)
        CHECK_EQ(thread_create(&threads[i], look, (void *)i, NULL), 0);
    CHECK_EQ(thread_pin(0), 0);
    for (unsigned int g = 1; g <= PAGES; g++) {
        CHECK_EQ(vm_decommit(page, PAGE_SIZE), 0);
        held[g - 1] = frame_alloc(); // the frame that was there: the next one is another
        CHECK_EQ(vm_commit(page, PAGE_SIZE, VM_READ | VM_WRITE), 0);
        *(volatile unsigned int *)page = g;
        looked = 0;
        __atomic_store_n(&generation, g, __ATOMIC_RELEASE);
        while (__atomic_load_n(&looked, __ATOMIC_ACQUIRE) < n - 1)
            arch_pause();
    }
    thread_unpin();
    for (unsigned int i = 1; i < n; i++)
        thread_join(threads[i], NULL);
    for (unsigned int i = 0; i < PAGES; i++)
        frame_free(held[i]);
    CHECK_EQ(stale, 0);
}

void test_main(void)
{
    n = sched_cpus();
    printk("%u vCPUs\n", n);
    if (n < 2) {
        test_error("the test wants vcpus=2 or more");
        return;
    }
    start_all(meet);
    join_all();
    start_all(count);
    join_all();
    CHECK_EQ(spin_count, (unsigned long)n * ROUNDS);
    CHECK_EQ(mutex_count, (unsigned long)n * ROUNDS);
    start_all(watch_clock);
    join_all();
    CHECK_EQ(went_back, 0);
    start_all(pass_token);
    join_all();
    CHECK_EQ(turn, 500 * n);
    replace_pages();
    stop_and_start();
}
