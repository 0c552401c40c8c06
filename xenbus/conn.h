// SPDX-License-Identifier: BSD-3-Clause
// A connection to xenstore: requests in flight, and the bytes of both directions over the shared
// ring (xen/io/xs_wire.h; xen: docs/misc/xenstore-ring.txt). Pure code: no locks, no hypercalls,
// nothing waits; the caller serialises. What the server writes can make requests fail and can break
// the connection, and nothing else.
#ifndef XENBUS_CONN_H
#define XENBUS_CONN_H

#include <halvm/types.h>
#include <xen/io/xs_wire.h>

struct conn_part {
    const void *data;
    size_t len;
};

#define CONN_PARTS 4

// A request, in its owner's memory from conn_submit() until it is done or cancelled.
struct conn_request {
    uint32_t type;
    uint32_t tx_id;
    struct conn_part parts[CONN_PARTS]; // together at most XENSTORE_PAYLOAD_MAX
    char *reply;                        // what fits of the reply's payload goes here
    size_t reply_size;
    // The request is done: rc, fault and reply are set, and it is no longer in flight.
    void (*completed)(struct conn_request *r);

    int rc;            // 0, or -errno
    const char *fault; // when rc is no error of the server's: what was wrong
    size_t reply_len;  // of the whole payload
    bool done;

    struct conn_request *next; // the rest is the connection's
    uint32_t id;
    bool given; // on its way in the outgoing bytes
};

struct conn {
    struct xenstore_domain_interface *ring;
    // A watch fired. Both are whole strings of at most XENSTORE_PAYLOAD_MAX bytes together.
    void (*event)(const char *path, const char *token);

    bool hold;          // begin no new message: before a suspension
    const char *broken; // why this connection is of no use any more; NULL while it is
    uint64_t strays;    // replies to no request in flight (it was cancelled), and broken events

    struct conn_request *head, *tail; // in flight, oldest first
    uint32_t last_id;
    uint32_t req_prod, rsp_cons; // our indices: the ring's copies are for the server to read
    char out[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
    size_t out_len, out_pos;
    struct xsd_sockmsg in_header;
    char in[XENSTORE_PAYLOAD_MAX + 1];
    size_t in_len; // of header and payload
};

// Begin, or begin again, on a ring with nothing of ours in it. Requests in flight are sent anew,
// except those of a transaction, which died with the old connection: -EAGAIN.
void conn_attach(struct conn *c, struct xenstore_domain_interface *ring);

// Put a request in flight. False when it is too long to be sent.
bool conn_submit(struct conn *c, struct conn_request *r);
// Take it back: nothing touches it any more. A reply that still comes is dropped.
void conn_cancel(struct conn *c, struct conn_request *r);

// Move bytes both ways, at most one ring full of each. True when the server should be told.
bool conn_pump(struct conn *c);

// Is a message on its way, or a reply awaited?
bool conn_busy(const struct conn *c);

// Fail everything in flight.
void conn_break(struct conn *c, const char *why);

#endif
