// SPDX-License-Identifier: BSD-3-Clause
// POSIX threads on the kernel's threads.
#ifndef MINLIBC_PTHREAD_SELF_H
#define MINLIBC_PTHREAD_SELF_H

#include <pthread.h>
#include <time.h>
#include <halvm/sched.h>
#include <halvm/time.h>

#include "fd/deadline.h"

// Call the destructors of this thread's keys.
void keys_destroy(void);

// The monotonic deadline for a point of time of a clock, which must be CLOCK_REALTIME or
// CLOCK_MONOTONIC. False when ts is no time.
static inline bool deadline_of(clockid_t clock, const struct timespec *ts, ns_t *out)
{
    ns_t then;

    if (ts->tv_nsec < 0 || ts->tv_nsec >= (long)NS_PER_SEC)
        return false;
    if (ts->tv_sec < 0)
        *out = 0;
    else if (!timespec_to_ns(ts, &then))
        return false;
    else if (clock == CLOCK_MONOTONIC)
        *out = then;
    else
        *out = then > time_wall() ? deadline_in(then - time_wall()) : 0;
    return true;
}

#endif
