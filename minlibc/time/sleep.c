// SPDX-License-Identifier: BSD-3-Clause
// Sleeping. No signal interrupts it, so nothing is ever left of the time.
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include <halvm/sched.h>
#include <halvm/time.h>

#include "fd/deadline.h"
#include "libc.h"

static void sleep_for(ns_t ns)
{
    if (ns)
        thread_sleep_until(deadline_in(ns));
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *ts, struct timespec *left)
{
    ns_t ns;

    (void)left;
    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME) ||
        !timespec_to_ns(ts, &ns))
        return EINVAL;
    if (!(flags & TIMER_ABSTIME)) {
        sleep_for(ns);
    } else if (clock == CLOCK_REALTIME) {
        // The wall clock may be set while we sleep: look again.
        for (ns_t now; (now = time_wall()) < ns;)
            sleep_for(ns - now < 10 * NS_PER_SEC ? ns - now : 10 * NS_PER_SEC);
    } else if (ns > time_monotonic()) {
        thread_sleep_until(ns);
    }
    return 0;
}

int nanosleep(const struct timespec *ts, struct timespec *left)
{
    int rc = clock_nanosleep(CLOCK_MONOTONIC, 0, ts, left);
    return rc ? libc_fail(rc) : 0;
}

int usleep(useconds_t us)
{
    sleep_for((ns_t)us * 1000);
    return 0;
}

unsigned int sleep(unsigned int seconds)
{
    sleep_for((ns_t)seconds * NS_PER_SEC);
    return 0;
}
