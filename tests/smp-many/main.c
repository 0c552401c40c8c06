// SPDX-License-Identifier: BSD-3-Clause
// As many vCPUs as Xen's shared page has room for: all start, each runs threads, sleeps and wakes,
// and a token goes round all of them; then all but one stop.
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "32 vCPUs";

#define CPUS   32
#define ROUNDS 5

static struct mutex mutex;
static struct cond moved[CPUS];
static unsigned int token;

static void *member(void *arg)
{
    uintptr_t me = (uintptr_t)arg;
    ns_t deadline = time_monotonic() + 50 * NS_PER_SEC;

    CHECK_EQ(thread_pin(me), 0);
    thread_sleep_until(time_monotonic() + me * 100000);
    for (int i = 0; i < ROUNDS; i++) {
        mutex_lock(&mutex);
        while (token % CPUS != me && time_monotonic() < deadline)
            cond_wait_until(&moved[me], &mutex, deadline);
        CHECK_EQ(token, (uintptr_t)i * CPUS + me);
        CHECK_EQ(thread_cpu(), me);
        token++;
        cond_signal(&moved[token % CPUS]);
        mutex_unlock(&mutex);
    }
    return NULL;
}

void test_main(void)
{
    struct thread *t[CPUS];

    if (sched_cpus() != CPUS) {
        test_failure("%u vCPUs started, not %d", sched_cpus(), CPUS);
        return;
    }
    for (uintptr_t i = 0; i < CPUS; i++)
        CHECK_EQ(thread_create(&t[i], member, (void *)i, NULL), 0);
    for (int i = 0; i < CPUS; i++)
        thread_join(t[i], NULL);
    CHECK_EQ(token, CPUS * ROUNDS);
    for (unsigned int i = CPUS - 1; i > 0; i--)
        CHECK_EQ(cpu_stop(i), 0);
    CHECK_EQ(sched_cpus(), 1);
    CHECK(cpu_start(CPUS) < 0);
}
