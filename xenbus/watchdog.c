// SPDX-License-Identifier: BSD-3-Clause
// Xen's watchdogs (xen/include/public/sched.h, SCHEDOP_watchdog), and how they go on after a
// restore: a new domain has none.
#include <arch/hypercall.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <xen/errno.h>

#define WATCHDOGS 2 // as many as Xen has for a domain

static struct mutex lock;
static struct {
    unsigned int id, seconds;
} running[WATCHDOGS]; // id 0: none

static long set(unsigned int id, unsigned int seconds)
{
    struct sched_watchdog arg = {.id = id, .timeout = seconds};

    return hypercall_sched_op(SCHEDOP_watchdog, &arg);
}

static void resume(struct suspend_hook *h, bool cancelled)
{
    (void)h;
    if (cancelled)
        return;
    mutex_lock(&lock);
    // Xen gives ids from 1 on, the lowest first: those that are running in ascending order, so each
    // gets its own again unless a lower one had been stopped, which is started for a moment.
    for (unsigned int id = 1; id <= WATCHDOGS; id++)
        set(0, running[id - 1].id ? running[id - 1].seconds : ~0u);
    for (unsigned int id = 1; id <= WATCHDOGS; id++) {
        if (!running[id - 1].id)
            set(id, 0);
    }
    mutex_unlock(&lock);
}

int watchdog_start(unsigned int id, unsigned int seconds)
{
    static struct suspend_hook hook = {.resume = resume};
    static bool hooked;
    bool first;
    long rc;

    if (id > WATCHDOGS || !seconds)
        return -XEN_EINVAL;
    mutex_lock(&lock);
    first = !hooked;
    hooked = true;
    rc = set(id, seconds);
    if (rc >= 0) {
        if (!id)
            id = rc;
        if (id >= 1 && id <= WATCHDOGS) {
            running[id - 1].id = id;
            running[id - 1].seconds = seconds;
        }
        rc = id;
    }
    mutex_unlock(&lock);
    if (first)
        suspend_hook_add(&hook);
    return rc;
}

int watchdog_stop(unsigned int id)
{
    long rc;

    if (!id || id > WATCHDOGS)
        return -XEN_EINVAL;
    mutex_lock(&lock);
    rc = set(id, 0);
    running[id - 1].id = 0;
    mutex_unlock(&lock);
    return rc;
}
