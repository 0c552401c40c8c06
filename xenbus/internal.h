// SPDX-License-Identifier: BSD-3-Clause
// Inside xenbus/: making requests, and what a new connection needs.
#ifndef XENBUS_INTERNAL_H
#define XENBUS_INTERNAL_H

#include <halvm/xenbus.h>
#include "conn.h"

struct call {
    struct conn_request r;
    struct waitq waitq;
};

// client.c. Make the request and wait. The length of the reply's whole payload, or -errno.
// path is for the report only.
long client_call(struct call *c, const char *path, const struct xs_how *how);
// A failure found in the reply: put it into how->why. Returns rc.
long client_fail(uint32_t type, const char *path, long rc, const char *fault,
                 const struct xs_how *how);
// Nobody waits for this one; its completed() is called with sched_lock() held. With the lock held.
// It goes out with the next bytes that are moved, which is right away inside watch_again() and
// completed().
void client_submit_locked(struct conn_request *r);
void client_cancel_locked(struct conn_request *r);
// Before a suspension, by a thread: requests wait from now on, and those under way come to their
// end (or the deadline). Afterwards, with interrupts off: a new domain has a new connection, on
// which requests are made again, except those of transactions, and watches are set again.
void client_suspend(ns_t deadline);
void client_resume(bool cancelled);
// Which connection this is: transactions belong to one.
uint32_t client_epoch(void);
void client_count_stray(void);

// target.c. Have a thread follow memory/target.
void target_start(void);

// watch.c. With the lock held: an event came; the connection is a new one.
void watch_event(const char *path, const char *token);
void watch_again(void);
extern uint64_t watch_events; // how many came

#endif
