// SPDX-License-Identifier: BSD-3-Clause
// One vCPU: number 0.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "libc.h"

static int check(size_t size, const cpu_set_t *set)
{
    return size >= sizeof(long) && CPU_ISSET_S(0, size, set) ? 0 : EINVAL;
}

static int fill(size_t size, cpu_set_t *set)
{
    if (size < sizeof(long))
        return EINVAL;
    memset(set, 0, size);
    CPU_SET_S(0, size, set);
    return 0;
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
    (void)pid;
    return (int)libc_result(-check(size, set));
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    (void)pid;
    return (int)libc_result(-fill(size, set));
}

int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set)
{
    (void)thread;
    return check(size, set);
}

int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set)
{
    (void)thread;
    return fill(size, set);
}

int sched_getcpu(void)
{
    return 0;
}

// What the macros CPU_ALLOC(), CPU_FREE() and CPU_COUNT() call.
int __sched_cpucount(size_t size, const cpu_set_t *set)
{
    const unsigned long *words = set->__bits;
    int n = 0;

    for (size_t i = 0; i < size / sizeof(long); i++) {
        for (unsigned long w = words[i]; w; w &= w - 1)
            n++;
    }
    return n;
}
