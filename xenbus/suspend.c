// SPDX-License-Identifier: BSD-3-Clause
// Suspending the guest: for `xl save`, for `xl migrate`, and for checkpoints, after which it goes
// on where it is. In a new domain memory is as it was; event channels, the shared page, the
// connection to xenstore, grants and Xen's clock are other ones.
#include <arch/arch.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <xen/errno.h>
#include "internal.h"

#define QUIET_NS (10 * NS_PER_SEC) // for xenstore and the console to take what is under way

static struct mutex lock;
static struct suspend_hook *hooks; // the newest first

void suspend_hook_add(struct suspend_hook *h)
{
    mutex_lock(&lock);
    h->next = hooks;
    hooks = h;
    mutex_unlock(&lock);
}

void suspend_hook_remove(struct suspend_hook *h)
{
    struct suspend_hook **p = &hooks;

    mutex_lock(&lock);
    while (*p && *p != h)
        p = &(*p)->next;
    if (*p)
        *p = h->next;
    mutex_unlock(&lock);
}

// In the order of adding, the reverse of the list's.
static void resume_hooks(struct suspend_hook *h, const struct suspend_hook *end, bool cancelled)
{
    if (h == end)
        return;
    resume_hooks(h->next, end, cancelled);
    if (h->resume)
        h->resume(h, cancelled);
}

// The last added first. The hook that refused is *stop; NULL when none did.
static int suspend_hooks(struct suspend_hook **stop)
{
    for (*stop = hooks; *stop; *stop = (*stop)->next) {
        int rc = (*stop)->suspend ? (*stop)->suspend(*stop) : 0;

        if (rc)
            return rc;
    }
    return 0;
}

// Weak: a program that shares no memory has no grants.
__typeof__(grant_suspend) grant_suspend __attribute__((weak));
__typeof__(grant_resume) grant_resume __attribute__((weak));

// The numbers are the order; each step undoes its own in the second half. 0 or 1 as suspend_now(),
// or -errno before anything happened.
static int suspend_machine(void)
{
    unsigned long flags;
    maddr_t shared_page;
    bool cancelled;
    int rc;

    // 1. Nothing of ours is half said to xenstore.
    client_suspend(time_monotonic() + QUIET_NS);
    // 2. Nobody else runs.
    rc = smp_park_others();
    if (rc) {
        client_resume(true);
        return rc;
    }
    flags = sched_lock();
    // 3. The console has what was written: under PVH the toolstack clears its ring.
    console_drain(time_monotonic() + QUIET_NS);
    // 4. Time stands still.
    time_suspend();
    // 5. The start record in the toolstack's form, and then the shared page off, and stop.
    cancelled = arch_suspend(boot_suspend());

    // 5. Here again, perhaps as another domain. The shared page first: masks and clocks lie in it.
    shared_page = boot_resume(cancelled);
    arch_resume(shared_page, cancelled);
    if (!cancelled) {
        mm_resume();
        rc = events_resume();
        if (rc)
            panic("no event channels in the new domain: error %d", rc);
    }
    // 4. Timers go on.
    time_resume(cancelled);
    if (!cancelled) {
        rc = smp_resume();
        if (rc)
            panic("a vCPU cannot go on in the new domain: error %d", rc);
    }
    // 3.
    if (!cancelled)
        console_resume();
    // 1.
    client_resume(cancelled);
    // 2.
    smp_unpark_others();
    sched_unlock(flags);
    return cancelled;
}

static int suspend_with_hooks(struct suspend_hook **stop)
{
    int rc = suspend_hooks(stop), back;

    if (rc)
        return rc;
    if (grant_suspend)
        rc = grant_suspend();
    if (rc) {
        printk("suspend: pages of other domains are mapped, which cannot be saved\n");
        return rc;
    }
    rc = suspend_machine();
    back = grant_resume ? grant_resume(rc == 0) : 0;
    if (back)
        panic("no grant table in the new domain: error %d", back);
    return rc;
}

int suspend_now(void)
{
    struct suspend_hook *stop = hooks;
    int rc;

    // Not shown to work in 32-bit PV: rather refuse, with the guest going on, than try and lose it.
    if (!CONFIG_64BIT && CONFIG_PV)
        return -XEN_EOPNOTSUPP;
    mutex_lock(&lock);
    // PV: the toolstack takes vCPU 0's registers for the request's.
    rc = thread_pin(0);
    if (!rc) {
        stop = hooks;
        rc = mm_suspend_prepare();
        if (!rc)
            rc = suspend_with_hooks(&stop);
        thread_unpin();
    }
    resume_hooks(hooks, stop, rc != 0);
    mutex_unlock(&lock);
    return rc;
}
