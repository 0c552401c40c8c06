// SPDX-License-Identifier: BSD-3-Clause
// Operating-system threads as the non-threaded runtime sees them: there is one.
#include "rts_private.h"

#include <halvm/sched.h>

// forkOS needs the threaded runtime; base checks rtsSupportsBoundThreads before it comes here.
int forkOS_createThread(HsStablePtr entry)
{
    (void)entry;
    return -1;
}

void freeThreadingResources(void)
{
}

uint32_t getNumberOfProcessors(void)
{
    return 1;
}

KernelThreadId kernelThreadId(void)
{
    return thread_id(thread_self());
}
