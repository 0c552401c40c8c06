// SPDX-License-Identifier: BSD-3-Clause
// What every way of the runtime asks about operating-system threads. The non-threaded one knows a
// single thread.
#include "rts_private.h"

#include <unistd.h>
#include <halvm/sched.h>

void freeThreadingResources(void)
{
}

KernelThreadId kernelThreadId(void)
{
    return thread_id(thread_self());
}

#if !defined(THREADED_RTS)

// forkOS needs the threaded runtime; base checks rtsSupportsBoundThreads before it comes here.
int forkOS_createThread(HsStablePtr entry)
{
    (void)entry;
    return -1;
}

uint32_t getNumberOfProcessors(void)
{
    return 1;
}

#endif
