// SPDX-License-Identifier: BSD-3-Clause
// Time-outs of poll() and its kin, as deadlines of the monotonic clock.
#ifndef MINLIBC_FD_DEADLINE_H
#define MINLIBC_FD_DEADLINE_H

#include <time.h>
#include <halvm/time.h>

// ns from now, without overflow.
static inline ns_t deadline_in(ns_t ns)
{
    ns_t now = time_monotonic();
    return ns < NS_NEVER - now ? now + ns : NS_NEVER;
}

// 0 when ts is no valid span of time.
static inline bool timespec_to_ns(const struct timespec *ts, ns_t *out)
{
    if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= (long)NS_PER_SEC)
        return false;
    if ((uint64_t)ts->tv_sec >= NS_NEVER / NS_PER_SEC)
        *out = NS_NEVER;
    else
        *out = (ns_t)ts->tv_sec * NS_PER_SEC + (ns_t)ts->tv_nsec;
    return true;
}

#endif
