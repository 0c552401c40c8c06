// SPDX-License-Identifier: BSD-3-Clause
// Clocks. There is one process, so its CPU time is that of the vCPU since the start.
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <halvm/sched.h>
#include <halvm/time.h>

#include "libc.h"

// -EINVAL for clocks that do not exist.
static int read_clock(clockid_t clock, ns_t *out)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: *out = time_wall(); return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: *out = time_monotonic(); return 0;
    case CLOCK_PROCESS_CPUTIME_ID: *out = time_cpu(); return 0;
    case CLOCK_THREAD_CPUTIME_ID: *out = thread_cpu_time(thread_self()); return 0;
    default: return -EINVAL;
    }
}

// On i386 seconds have 32 bits: from 2038-01-19 on the time of day is an error.
static bool in_range(ns_t ns)
{
    return (time_t)(ns / NS_PER_SEC) >= 0 && (ns_t)(time_t)(ns / NS_PER_SEC) == ns / NS_PER_SEC;
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
    ns_t ns = 0;
    int rc = read_clock(clock, &ns);

    if (rc)
        return libc_fail(-rc);
    if (!in_range(ns))
        return libc_fail(EOVERFLOW);
    ts->tv_sec = (time_t)(ns / NS_PER_SEC);
    ts->tv_nsec = (long)(ns % NS_PER_SEC);
    return 0;
}

int clock_getres(clockid_t clock, struct timespec *ts)
{
    ns_t ns;
    int rc = read_clock(clock, &ns);

    if (rc)
        return libc_fail(-rc);
    if (ts)
        *ts = (struct timespec){.tv_nsec = 1};
    return 0;
}

// The wall clock is dom0's.
int clock_settime(clockid_t clock, const struct timespec *ts)
{
    (void)ts;
    return libc_fail(clock == CLOCK_REALTIME ? EPERM : EINVAL);
}

int settimeofday(const struct timeval *tv, const struct timezone *tz)
{
    (void)tv;
    (void)tz;
    return libc_fail(EPERM);
}

int clock_getcpuclockid(pid_t pid, clockid_t *out)
{
    if (pid != 0 && pid != getpid())
        return ESRCH;
    *out = CLOCK_PROCESS_CPUTIME_ID;
    return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    ns_t ns = time_wall();

    (void)zone;
    if (!in_range(ns))
        return libc_fail(EOVERFLOW);
    tv->tv_sec = (time_t)(ns / NS_PER_SEC);
    tv->tv_usec = (suseconds_t)(ns % NS_PER_SEC / 1000);
    return 0;
}

time_t time(time_t *out)
{
    ns_t ns = time_wall();
    time_t now = in_range(ns) ? (time_t)(ns / NS_PER_SEC) : libc_fail(EOVERFLOW);

    if (out)
        *out = now;
    return now;
}

clock_t clock(void)
{
    return (clock_t)(time_cpu() / (NS_PER_SEC / CLOCKS_PER_SEC));
}

#define TICKS_PER_SEC 100 // sysconf(_SC_CLK_TCK)

clock_t times(struct tms *out)
{
    if (out)
        *out = (struct tms){.tms_utime = (clock_t)(time_cpu() / (NS_PER_SEC / TICKS_PER_SEC))};
    return (clock_t)(time_monotonic() / (NS_PER_SEC / TICKS_PER_SEC));
}

int timespec_get(struct timespec *ts, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, ts) == 0 ? base : 0;
}
