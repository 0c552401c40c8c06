// SPDX-License-Identifier: BSD-3-Clause
// `xl trigger NAME nmi` prints where the guest is, and the guest goes on.
#include "../common/test.h"

#include <halvm/sched.h>
#include <halvm/time.h>

const char test_title[] = "NMI by the toolstack";

// A name for the backtrace.
__attribute__((noinline)) static void busy_place(ns_t until)
{
    while (time_monotonic() < until)
        __asm__ volatile("pause");
}

void test_main(void)
{
    ns_t now = time_monotonic();

    // The thread that listens comes first.
    thread_sleep_until(now + 2 * NS_PER_SEC);
    printk("ready\n");
    busy_place(time_monotonic() + 20 * NS_PER_SEC);
    printk("it goes on\n");
}
