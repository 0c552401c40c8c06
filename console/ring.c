// SPDX-License-Identifier: BSD-3-Clause
// The PV console's shared page (xen/include/public/io/console.h). The backend is trusted with the
// bytes and with nothing else: its indices are read once and bounded.
#include <arch/hypercall.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <xen/errno.h>
#include <xen/io/console.h>
#include "internal.h"

#define POLL_NS (10 * 1000 * 1000) // between looks at the ring when no event comes

static struct xencons_interface *ring;
static struct waitq waitq; // output has room, or input has come
static struct mutex writers;
static bool broken;                        // the backend wrote an impossible index
static XENCONS_RING_IDX out_seen, in_seen; // how far the backend had come at the last event

struct waitq *console_waitq(void)
{
    return &waitq;
}

void console_early_init(void)
{
    if (boot_info->console_pfn)
        ring = boot_virt((paddr_t)boot_info->console_pfn << PAGE_SHIFT);
}

// Has the backend's index gone forward, and no further than it can? An index that goes back and
// forth is no work.
static bool moved(XENCONS_RING_IDX now, XENCONS_RING_IDX *seen, XENCONS_RING_IDX limit)
{
    if (now == *seen || now - *seen > limit - *seen)
        return false;
    *seen = now;
    return true;
}

static void console_event(evtchn_t port, void *arg)
{
    bool taken = moved(READ_ONCE(ring->out_cons), &out_seen, ring->out_prod);
    bool given = moved(READ_ONCE(ring->in_prod), &in_seen, ring->in_cons + sizeof(ring->in));

    (void)arg;
    if (taken || given)
        evtchn_worked(port);
    waitq_wake_all(&waitq);
}

void console_init(void)
{
    if (!ring)
        return;
    out_seen = READ_ONCE(ring->out_cons);
    in_seen = READ_ONCE(ring->in_prod);
    if (evtchn_attach(boot_info->console_port, console_event, NULL))
        panic("cannot attach to the console's event channel");
    evtchn_limit(boot_info->console_port, "console");
}

void console_resume(void)
{
    broken = false;
    console_init();
    waitq_wake_all(&waitq);
}

static void notify(void)
{
    evtchn_send(boot_info->console_port);
}

// Bytes of output that the backend has not taken.
static unsigned int out_used(void)
{
    unsigned int used = ring->out_prod - READ_ONCE(ring->out_cons);

    if (used > sizeof(ring->out)) {
        broken = true;
        return sizeof(ring->out);
    }
    return used;
}

// As much of buf as fits now, with interrupts off so that lines of interrupts and threads do not
// interleave within one call.
static size_t ring_put(const char *buf, size_t len)
{
    unsigned long flags = sched_lock();
    size_t room = sizeof(ring->out) - out_used();
    XENCONS_RING_IDX prod = ring->out_prod;

    if (len > room)
        len = room;
    mb(); // the room was made by reads of these bytes that must be over
    for (size_t i = 0; i < len; i++)
        ring->out[MASK_XENCONS_IDX(prod + i, ring->out)] = buf[i];
    wmb(); // bytes before index
    WRITE_ONCE(ring->out_prod, prod + len);
    sched_unlock(flags);
    return len;
}

long console_write(const void *buf, size_t len)
{
    const char *p = buf;
    size_t left = len;
    long rc = len;

    if (!ring)
        return -XEN_EIO;
    mutex_lock(&writers);
    while (left && !broken) {
        size_t n = ring_put(p, left);
        unsigned long flags;
        ns_t deadline;
        int waited = 0;

        p += n;
        left -= n;
        if (n)
            notify();
        if (!left)
            break;
        deadline = time_monotonic() + CONSOLE_STALL_NS;
        flags = sched_lock();
        while (!waited && out_used() == sizeof(ring->out) && !broken)
            waited = waitq_wait_locked(&waitq, deadline);
        sched_unlock(flags);
        if (waited)
            break;
    }
    if (left)
        rc = -XEN_EIO;
    mutex_unlock(&writers);
    return rc;
}

static unsigned int in_available(void)
{
    unsigned int n;

    if (!ring || broken)
        return 0;
    n = READ_ONCE(ring->in_prod) - ring->in_cons;
    if (n > sizeof(ring->in)) {
        broken = true;
        return 0;
    }
    return n;
}

bool console_readable(void)
{
    return in_available() != 0;
}

long console_read(void *buf, size_t len, ns_t deadline)
{
    unsigned long flags;
    XENCONS_RING_IDX cons;
    unsigned int n;
    int rc = 0;

    if (!ring)
        return -XEN_EIO;
    flags = sched_lock();
    while (!(n = in_available()) && !broken && !rc)
        rc = waitq_wait_locked(&waitq, deadline);
    if (!n) {
        sched_unlock(flags);
        return broken ? -XEN_EIO : rc;
    }
    if (n > len)
        n = len;
    cons = ring->in_cons;
    rmb(); // index before bytes
    for (unsigned int i = 0; i < n; i++)
        ((char *)buf)[i] = ring->in[MASK_XENCONS_IDX(cons + i, ring->in)];
    mb(); // bytes taken before their place is given back
    WRITE_ONCE(ring->in_cons, cons + n);
    sched_unlock(flags);
    notify();
    return n;
}

// Wait for the backend without the scheduler: the vCPU sleeps in Xen until the port is pending or
// the time is over. Works with interrupts off, in a panic, before there are threads.
static void poll_backend(ns_t deadline)
{
    evtchn_port_t port = boot_info->console_port;
    struct sched_poll poll = {.nr_ports = 1, .timeout = time_to_system(deadline)};

    set_xen_guest_handle(poll.ports, &port);
    hypercall_sched_op(SCHEDOP_poll, &poll);
    evtchn_clear(port);
    waitq_wake_all(&waitq); // the event may have been for one of them
}

int console_drain(ns_t deadline)
{
    if (!ring)
        return 0;
    while (out_used() && !broken) {
        ns_t now = time_monotonic();

        if (now >= deadline)
            return -XEN_ETIMEDOUT;
        poll_backend(now + POLL_NS < deadline ? now + POLL_NS : deadline);
    }
    return 0;
}

// Output in any context: waits for room without sleeping, and gives up rather than hang.
void console_put(const char *buf, size_t len)
{
    ns_t deadline = 0;

    while (ring && len && !broken) {
        size_t n = ring_put(buf, len);

        buf += n;
        len -= n;
        if (n)
            notify();
        if (!len)
            return;
        if (!deadline)
            deadline = time_monotonic() + CONSOLE_PUT_NS;
        if (time_monotonic() >= deadline)
            return;
        poll_backend(time_monotonic() + POLL_NS);
    }
}
