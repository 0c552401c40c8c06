// SPDX-License-Identifier: BSD-3-Clause
// The runtime's clocks.
#include "rts_private.h"

#include <halvm/sched.h>
#include <halvm/time.h>

void initializeTimer(void)
{
}

StgWord64 getMonotonicNSec(void)
{
    return time_monotonic();
}

Time getProcessElapsedTime(void)
{
    return NSToTime(time_monotonic());
}

Time getProcessCPUTime(void)
{
    return NSToTime(time_cpu());
}

Time getCurrentThreadCPUTime(void)
{
    return NSToTime(thread_cpu_time(thread_self()));
}

void getProcessTimes(Time *user, Time *elapsed)
{
    *user = getProcessCPUTime();
    *elapsed = getProcessElapsedTime();
}

void getUnixEpochTime(StgWord64 *sec, StgWord32 *nsec)
{
    ns_t now = time_wall();

    *sec = now / NS_PER_SEC;
    *nsec = (StgWord32)(now % NS_PER_SEC);
}

// There is no swap: no page is ever fetched from a disk.
W_ getPageFaults(void)
{
    return 0;
}
