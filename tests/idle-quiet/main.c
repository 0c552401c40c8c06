// SPDX-License-Identifier: BSD-3-Clause
// A guest with nothing to do does nothing: while its threads sleep for ten seconds no vCPU is woken
// but for the timer that ends the sleep, and Xen sees next to no CPU time.
#include <halvm/events.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "an idle guest sleeps";

#define SLEEP_NS (10 * NS_PER_SEC)

static void *wait_for_ever(void *arg)
{
    mutex_lock(arg);
    mutex_unlock(arg);
    return NULL;
}

void test_main(void)
{
    struct mutex mutex = {0};
    struct events_stats before, after;
    struct thread *t[8];
    ns_t cpu;

    mutex_lock(&mutex);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(thread_create(&t[i], wait_for_ever, &mutex, NULL), 0);
    // All of them wait then, and the thread that listens to the toolstack has set itself up.
    thread_sleep_until(time_monotonic() + 3 * NS_PER_SEC);
    events_get_stats(&before);
    cpu = time_cpu();
    thread_sleep_until(time_monotonic() + SLEEP_NS);
    cpu = time_cpu() - cpu;
    events_get_stats(&after);
    mutex_unlock(&mutex);
    for (int i = 0; i < 8; i++)
        thread_join(t[i], NULL);
    printk("%u vCPUs: %lu upcalls, %lu events, %lu us of CPU in 10 s\n", sched_cpus(),
           (unsigned long)(after.upcalls - before.upcalls),
           (unsigned long)(after.events - before.events), (unsigned long)(cpu / 1000));
    // The timer may come a little early and is then set anew; a tick would be hundreds.
    CHECK(after.events - before.events >= 1 && after.events - before.events <= 4);
    CHECK(after.upcalls - before.upcalls <= 6);
    CHECK(cpu < 50 * 1000 * 1000);
}
