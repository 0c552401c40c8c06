// SPDX-License-Identifier: BSD-3-Clause
// Threads: results through join, thread-local storage, identities, sleeping, many at a time, and
// all memory back at the end.
#include <xen/errno.h>
#include <arch/config.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "threads: create, join, detach, sleep, thread-local storage";

#define MANY 200
#define MS   1000000ULL

static __thread int tls_zero;
static __thread int tls_value = 1234;
static volatile unsigned int finished;

static void *square(void *arg)
{
    uintptr_t n = (uintptr_t)arg;

    if (tls_zero != 0 || tls_value != 1234)
        test_failure("thread-local variables of a new thread are %d and %d", tls_zero, tls_value);
    tls_zero = n;
    tls_value = n;
    if (n % 3 == 0)
        thread_sleep_until(time_monotonic() + (n % 7) * MS);
    else if (n % 3 == 1)
        thread_yield();
    if (tls_zero != (int)n || tls_value != (int)n)
        test_failure("thread-local variables changed under thread %lu", (unsigned long)n);
    return (void *)(n * n);
}

static void *count_finished(void *arg)
{
    (void)arg;
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static size_t frames_free(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_free;
}

static void test_many(void)
{
    static struct thread *t[MANY];
    void *result;

    for (uintptr_t i = 0; i < MANY; i++)
        CHECK_EQ(thread_create(&t[i], square, (void *)i, NULL), 0);
    for (uintptr_t i = 0; i < MANY; i++) {
        CHECK_EQ(thread_join(t[i], &result), 0);
        CHECK_EQ((uintptr_t)result, i * i);
    }
}

static void test_detached(void)
{
    struct thread *t;
    ns_t deadline = time_monotonic() + 10000 * MS;

    finished = 0;
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(thread_create(&t, count_finished, NULL, NULL), 0);
        CHECK_EQ(thread_detach(t), 0);
    }
    while (finished < MANY && time_monotonic() < deadline)
        thread_sleep_until(time_monotonic() + MS);
    CHECK_EQ(finished, MANY);
    // The next creation buries the dead.
    CHECK_EQ(thread_create(&t, count_finished, NULL, NULL), 0);
    CHECK_EQ(thread_join(t, NULL), 0);
}

static void test_errors(void)
{
    static const struct thread_attr small = {.stack_size = 100}, odd_prio = {.prio = 9},
                                    huge = {.stack_size = 1UL << (CONFIG_64BIT ? 39 : 30)};
    struct thread *t;

    CHECK_EQ(thread_create(&t, square, NULL, &small), -XEN_EINVAL);
    CHECK_EQ(thread_create(&t, square, NULL, &odd_prio), -XEN_EINVAL);
    CHECK_EQ(thread_create(&t, square, NULL, &huge), -XEN_ENOMEM);
    CHECK_EQ(thread_join(thread_self(), NULL), -XEN_EDEADLK);
    CHECK_EQ(thread_id(thread_self()), 1);
}

static void test_sleep(void)
{
    ns_t start = time_monotonic();

    thread_sleep_until(start + 20 * MS);
    CHECK(time_monotonic() >= start + 20 * MS);
    thread_sleep_until(start);
    // Sleeping is not work.
    CHECK(thread_cpu_time(thread_self()) < time_monotonic());
}

void test_main(void)
{
    size_t free_at_first, free_at_end;

    test_many();
    test_detached();
    free_at_first = frames_free();
    for (int i = 0; i < 5; i++) {
        test_many();
        test_detached();
    }
    free_at_end = frames_free();
    CHECK_EQ(free_at_end, free_at_first);
    CHECK_EQ(tls_value, 1234);
    test_errors();
    test_sleep();
}
