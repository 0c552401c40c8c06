// SPDX-License-Identifier: BSD-3-Clause
// A watchdog that is fed does nothing, one that is stopped does nothing, and one that is forgotten
// ends the guest.
#include "../common/test.h"

#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <xen/errno.h>

const char test_title[] = "watchdog";

void test_main(void)
{
    int a = watchdog_start(0, 4), b = watchdog_start(0, 4);

    CHECK(a > 0 && b > 0 && a != b);
    CHECK_EQ(watchdog_start(0, 4), -XEN_ENOSPC);
    CHECK_EQ(watchdog_start(7, 4), -XEN_EINVAL);
    CHECK_EQ(watchdog_stop(b), 0);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(watchdog_start(a, 4), a);
        thread_sleep_until(time_monotonic() + 2 * NS_PER_SEC);
    }
    printk("fed so far\n");
    thread_sleep_until(time_monotonic() + 60 * NS_PER_SEC);
    test_failure("it did not bite");
}
