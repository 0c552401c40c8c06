// SPDX-License-Identifier: BSD-3-Clause
#include "conn.h"
#include <arch/arch.h>
#include <xen/errno.h>
#include "wire.h"

#define HEADER sizeof(struct xsd_sockmsg)

static size_t payload_len(const struct conn_request *r)
{
    size_t len = 0;

    for (unsigned int i = 0; i < CONN_PARTS; i++) {
        if (r->parts[i].len > XENSTORE_PAYLOAD_MAX)
            return XENSTORE_PAYLOAD_MAX + 1;
        len += r->parts[i].len;
    }
    return len;
}

static struct conn_request *find(struct conn *c, uint32_t id)
{
    struct conn_request *r = c->head;

    while (r && r->id != id)
        r = r->next;
    return r;
}

// 0 is what watch events carry.
static uint32_t fresh_id(struct conn *c)
{
    do
        c->last_id++;
    while (!c->last_id || find(c, c->last_id));
    return c->last_id;
}

static void enqueue(struct conn *c, struct conn_request *r)
{
    r->next = NULL;
    if (c->tail)
        c->tail->next = r;
    else
        c->head = r;
    c->tail = r;
}

void conn_cancel(struct conn *c, struct conn_request *r)
{
    struct conn_request *before = NULL, *p = c->head;

    while (p && p != r) {
        before = p;
        p = p->next;
    }
    if (!p)
        return;
    if (before)
        before->next = r->next;
    else
        c->head = r->next;
    if (c->tail == r)
        c->tail = before;
}

static void complete(struct conn *c, struct conn_request *r, int rc, const char *fault)
{
    conn_cancel(c, r);
    r->rc = rc;
    r->fault = fault;
    r->done = true;
    r->completed(r);
}

bool conn_submit(struct conn *c, struct conn_request *r)
{
    if (payload_len(r) > XENSTORE_PAYLOAD_MAX)
        return false;
    r->id = fresh_id(c);
    r->given = r->done = false;
    enqueue(c, r);
    if (c->broken)
        complete(c, r, -XEN_EIO, c->broken);
    return true;
}

void conn_break(struct conn *c, const char *why)
{
    if (!c->broken)
        c->broken = why;
    while (c->head)
        complete(c, c->head, -XEN_EIO, c->broken);
}

void conn_attach(struct conn *c, struct xenstore_domain_interface *ring)
{
    struct conn_request *next;

    c->ring = ring;
    c->broken = NULL;
    // Neither starts at zero of necessity. Replies that lie there are to requests of another life.
    c->req_prod = READ_ONCE(ring->req_prod);
    c->rsp_cons = READ_ONCE(ring->rsp_prod);
    WRITE_ONCE(ring->rsp_cons, c->rsp_cons);
    c->hold = false;
    c->out_len = c->out_pos = c->in_len = 0;
    for (struct conn_request *r = c->head; r; r = next) {
        next = r->next;
        r->given = false;
        if (r->tx_id)
            complete(c, r, -XEN_EAGAIN, "the connection began anew");
    }
}

// Copy the oldest request that waits into the outgoing bytes. From then on it can be cancelled
// without leaving half a message in the ring.
static bool next_out(struct conn *c)
{
    struct conn_request *r = c->head;
    struct xsd_sockmsg header;
    size_t at = HEADER;

    while (r && r->given)
        r = r->next;
    if (!r || c->hold)
        return false;
    for (unsigned int i = 0; i < CONN_PARTS; i++) {
        if (r->parts[i].len)
            memcpy(c->out + at, r->parts[i].data, r->parts[i].len);
        at += r->parts[i].len;
    }
    header = (struct xsd_sockmsg){r->type, r->id, r->tx_id, at - HEADER};
    memcpy(c->out, &header, HEADER);
    c->out_len = at;
    c->out_pos = 0;
    r->given = true;
    return true;
}

static bool push(struct conn *c)
{
    uint32_t used = c->req_prod - READ_ONCE(c->ring->req_cons);
    uint32_t room = XENSTORE_RING_SIZE - used, start = c->req_prod;

    if (used > XENSTORE_RING_SIZE) {
        conn_break(c, "the ring's index of requests is impossible");
        return false;
    }
    mb(); // the room was made by reads of these bytes that must be over
    while (room && (c->out_pos < c->out_len || next_out(c))) {
        uint32_t at = MASK_XENSTORE_IDX(c->req_prod);
        size_t n = c->out_len - c->out_pos;

        if (n > room)
            n = room;
        if (n > XENSTORE_RING_SIZE - at)
            n = XENSTORE_RING_SIZE - at;
        memcpy(c->ring->req + at, c->out + c->out_pos, n);
        c->out_pos += n;
        c->req_prod += n;
        room -= n;
    }
    if (c->req_prod == start)
        return false;
    wmb(); // bytes before index
    WRITE_ONCE(c->ring->req_prod, c->req_prod);
    return true;
}

bool conn_busy(const struct conn *c)
{
    for (const struct conn_request *r = c->head; r; r = r->next) {
        if (r->given)
            return true;
    }
    return c->out_pos < c->out_len;
}

static void take_event(struct conn *c)
{
    size_t token = wire_event_token(c->in, c->in_header.len);

    if (token)
        c->event(c->in, c->in + token);
    else
        c->strays++;
}

static void take_reply(struct conn *c, struct conn_request *r)
{
    size_t len = c->in_header.len;
    int err;

    if (c->in_header.tx_id != r->tx_id) {
        complete(c, r, -XEN_EBADMSG, "the reply names another transaction");
        return;
    }
    if (c->in_header.type == XS_ERROR) {
        err = wire_error(c->in, len);
        complete(c, r, err ? -err : -XEN_EBADMSG, err ? NULL : "an error without a known name");
        return;
    }
    if (c->in_header.type != r->type) {
        complete(c, r, -XEN_EBADMSG, "the reply is of another type");
        return;
    }
    r->reply_len = len;
    if (r->reply_size)
        memcpy(r->reply, c->in, len < r->reply_size ? len : r->reply_size);
    complete(c, r, 0, NULL);
}

static void take_message(struct conn *c)
{
    struct conn_request *r;

    c->in[c->in_header.len] = '\0';
    if (c->in_header.type == XS_WATCH_EVENT) {
        take_event(c);
        return;
    }
    r = find(c, c->in_header.req_id);
    if (r && r->given)
        take_reply(c, r);
    else
        c->strays++;
}

// Bytes that arrived, in any portions.
static void take_bytes(struct conn *c, const char *bytes, size_t len)
{
    while (len && !c->broken) {
        size_t want =
            c->in_len < HEADER ? HEADER - c->in_len : HEADER + c->in_header.len - c->in_len;
        size_t n = want < len ? want : len;

        if (c->in_len < HEADER)
            memcpy((char *)&c->in_header + c->in_len, bytes, n);
        else
            memcpy(c->in + (c->in_len - HEADER), bytes, n);
        c->in_len += n;
        bytes += n;
        len -= n;
        if (c->in_len < HEADER)
            continue;
        if (c->in_header.len > XENSTORE_PAYLOAD_MAX) {
            // Where the next message starts is anybody's guess.
            conn_break(c, "a message is longer than the protocol allows");
        } else if (c->in_len == HEADER + c->in_header.len) {
            c->in_len = 0;
            take_message(c);
        }
    }
}

static bool pull(struct conn *c)
{
    uint32_t ready = READ_ONCE(c->ring->rsp_prod) - c->rsp_cons, left = ready;

    if (ready > XENSTORE_RING_SIZE) {
        conn_break(c, "the ring's index of replies is impossible");
        return false;
    }
    rmb(); // index before bytes
    while (left && !c->broken) {
        uint32_t at = MASK_XENSTORE_IDX(c->rsp_cons);
        uint32_t n = left < XENSTORE_RING_SIZE - at ? left : XENSTORE_RING_SIZE - at;

        take_bytes(c, c->ring->rsp + at, n);
        c->rsp_cons += n;
        left -= n;
    }
    mb(); // bytes taken before their place is given back
    WRITE_ONCE(c->ring->rsp_cons, c->rsp_cons);
    return ready != 0;
}

bool conn_pump(struct conn *c)
{
    bool pushed, pulled;

    if (c->broken)
        return false;
    if (READ_ONCE(c->ring->server_features) & XENSTORE_SERVER_FEATURE_ERROR &&
        READ_ONCE(c->ring->error) != XENSTORE_ERROR_NONE) {
        conn_break(c, "xenstore has closed the connection");
        return false;
    }
    // What arrives after the look at an index is announced by another event: one pass is enough,
    // and a server that never stops cannot keep us here.
    pulled = pull(c);
    pushed = !c->broken && push(c);
    return pushed || pulled;
}
