// SPDX-License-Identifier: BSD-3-Clause
// The other end of the ring: a server that keeps to the protocol, and can be told not to.
#ifndef SERVER_H
#define SERVER_H

#include <xenbus/conn.h>
#include "../minlibc/fuzz.h"

#define SERVER_MESSAGE (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)
#define SERVER_HELD    8

struct server {
    struct xenstore_domain_interface *ring; // on the heap, of its exact size
    uint32_t req_cons, rsp_prod;
    char in[SERVER_MESSAGE];
    size_t in_len;
    // Answers not yet sent, to be sent in any order.
    struct {
        char *bytes;
        size_t len;
    } held[SERVER_HELD];
    unsigned int nr_held;
    char *out; // the one being sent
    size_t out_len, out_pos;
    unsigned int mutate; // one answer in so many is spoilt; 0: none
};

struct server *server_new(void);
void server_free(struct server *s);
// Forget everything and begin at other indices.
void server_restart(struct server *s);
// Take and give some bytes; a random portion of what could be moved.
void server_step(struct server *s);
// Send a message of the server's own accord.
void server_say(struct server *s, uint32_t type, uint32_t id, uint32_t tx, const void *payload,
                size_t len);

// The answer to any request is its payload, each byte turned round.
static inline char server_answer(char c)
{
    return (char)~c;
}

#endif
