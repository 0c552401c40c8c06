// SPDX-License-Identifier: BSD-3-Clause
// The guest's one connection to xenstore: who waits for what, and how it is made, lost and made
// again. sched_lock() protects all of it. The event's handler moves the bytes; there is no thread.
#include <arch/arch.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/time.h>
#include <xen/errno.h>
#include "internal.h"
#include "wire.h"

#define RECONNECTS_MAX 8 // in a row without a reply between them

static enum {
    UNUSED,
    UP,
    RECONNECTING, // asked the server to begin anew (xen: docs/misc/xenstore-ring.txt)
    ABSENT,
} state;
static struct conn conn;
static struct xenstore_domain_interface *ring;
static evtchn_t port;
static uint32_t epoch;
static unsigned int reconnects_in_row;
static struct waitq moved; // after each event of the server's
static struct xs_stats stats;

uint32_t client_epoch(void)
{
    return epoch;
}

void client_count_stray(void)
{
    conn.strays++;
}

static void begin(void)
{
    state = UP;
    epoch++;
    conn_attach(&conn, ring);
    if (epoch > 1)
        watch_again();
}

// The stream of bytes makes no sense any more. A server that offers to begin anew is asked to.
static void connection_lost(void)
{
    bool offered = READ_ONCE(ring->server_features) & XENSTORE_SERVER_FEATURE_RECONNECTION;

    printk("xenstore: %s%s\n", conn.broken, offered ? "; reconnecting" : "");
    if (!offered || reconnects_in_row == RECONNECTS_MAX) {
        state = ABSENT;
        return;
    }
    reconnects_in_row++;
    stats.reconnects++;
    state = RECONNECTING;
    conn.broken = NULL;
    WRITE_ONCE(ring->connection, XENSTORE_RECONNECT);
    evtchn_send(port);
}

static void service(void)
{
    if (state == RECONNECTING) {
        if (READ_ONCE(ring->connection) != XENSTORE_CONNECTED)
            return;
        rmb();
        begin();
    }
    if (state != UP)
        return;
    if (conn_pump(&conn)) {
        evtchn_worked(port);
        evtchn_send(port);
    }
    if (conn.broken)
        connection_lost();
}

static void store_event(evtchn_t p, void *arg)
{
    unsigned long flags = sched_lock();

    (void)p;
    (void)arg;
    service();
    waitq_wake_all(&moved);
    sched_unlock(flags);
}

static void connect(void)
{
    state = ABSENT;
    conn.event = watch_event;
    if (!boot_info->store_pfn || !boot_info->store_port)
        return;
    ring = boot_virt((paddr_t)boot_info->store_pfn << PAGE_SHIFT);
    port = boot_info->store_port;
    if (evtchn_attach(port, store_event, NULL))
        return;
    evtchn_limit(port, "xenstore");
    if (READ_ONCE(ring->server_features) & XENSTORE_SERVER_FEATURE_RECONNECTION &&
        READ_ONCE(ring->connection) != XENSTORE_CONNECTED)
        state = RECONNECTING;
    else
        begin();
}

// The ring is part of the guest and goes with it: what the old server left unread in it would be
// read by the new one. So bring every exchange to its end.
void client_suspend(ns_t deadline)
{
    unsigned long flags = sched_lock();
    int rc = 0;

    conn.hold = true;
    while (state == UP && conn_busy(&conn) && !rc)
        rc = waitq_wait_locked(&moved, deadline);
    sched_unlock(flags);
}

void client_resume(bool cancelled)
{
    conn.hold = false;
    if (!cancelled && state != UNUSED)
        connect();
    service();
}

void client_submit_locked(struct conn_request *r)
{
    conn_submit(&conn, r);
}

void client_cancel_locked(struct conn_request *r)
{
    conn_cancel(&conn, r);
}

static void completed(struct conn_request *r)
{
    if (!r->rc)
        reconnects_in_row = 0;
    waitq_wake_all(&container_of(r, struct call, r)->waitq);
}

long client_fail(uint32_t type, const char *path, long rc, const char *fault,
                 const struct xs_how *how)
{
    if (how && how->why)
        ksnprintf(how->why, XS_WHY_MAX, "xenstore: %s %s: %s", wire_op_name(type), path,
                  fault ? fault : wire_error_name(-rc));
    return rc;
}

static int submit_and_wait(struct call *c, ns_t deadline)
{
    if (state == UNUSED)
        connect();
    if (state == ABSENT) {
        c->r.fault = "there is no xenstore to ask";
        return -XEN_EIO;
    }
    stats.requests++;
    if (!conn_submit(&conn, &c->r)) {
        c->r.fault = "longer than the protocol's 4096 bytes";
        return -XEN_E2BIG;
    }
    service();
    while (!c->r.done) {
        if (waitq_wait_locked(&c->waitq, deadline) && !c->r.done) {
            conn_cancel(&conn, &c->r);
            c->r.fault = "no reply in time";
            return -XEN_ETIMEDOUT;
        }
    }
    return c->r.rc;
}

long client_call(struct call *c, const char *path, const struct xs_how *how)
{
    ns_t deadline = how && how->deadline ? how->deadline : time_monotonic() + XS_TIMEOUT_NS;
    unsigned long flags = sched_lock();
    int rc;

    c->r.completed = completed;
    if (how && how->tx && how->tx->epoch != epoch) {
        c->r.fault = "the transaction's connection is gone";
        rc = -XEN_EAGAIN;
    } else {
        c->r.tx_id = how && how->tx ? how->tx->id : 0;
        rc = submit_and_wait(c, deadline);
    }
    sched_unlock(flags);
    return rc ? client_fail(c->r.type, path, rc, c->r.fault, how) : (long)c->r.reply_len;
}

void xs_get_stats(struct xs_stats *out)
{
    unsigned long flags = sched_lock();

    *out = stats;
    out->strays = conn.strays;
    out->events = watch_events;
    sched_unlock(flags);
}
