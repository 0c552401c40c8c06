// SPDX-License-Identifier: BSD-3-Clause
#include "server.h"

#include <stdio.h>

#define HEADER sizeof(struct xsd_sockmsg)

static void fault(const char *what)
{
    fprintf(stderr, "server: the client %s\n", what);
    abort();
}

static void drop_answers(struct server *s)
{
    while (s->nr_held)
        free(s->held[--s->nr_held].bytes);
    free(s->out);
    s->out = NULL;
    s->out_len = s->out_pos = s->in_len = 0;
}

void server_restart(struct server *s)
{
    drop_answers(s);
    for (size_t i = 0; i < sizeof(*s->ring); i++)
        ((char *)s->ring)[i] = (char)fuzz_random();
    // Anywhere, and often where 32 bits end.
    s->req_cons = (uint32_t)(fuzz_below(2) ? fuzz_random() : -fuzz_below(3000));
    s->rsp_prod = (uint32_t)(fuzz_below(2) ? fuzz_random() : -fuzz_below(3000));
    s->ring->req_cons = s->ring->req_prod = s->req_cons;
    s->ring->rsp_cons = s->ring->rsp_prod = s->rsp_prod;
    s->ring->server_features = 0;
}

struct server *server_new(void)
{
    struct server *s = calloc(1, sizeof(*s));

    if (!s || !(s->ring = malloc(sizeof(*s->ring))))
        abort();
    server_restart(s);
    return s;
}

void server_free(struct server *s)
{
    drop_answers(s);
    free(s->ring);
    free(s);
}

static void spoil(char *bytes, size_t len)
{
    struct xsd_sockmsg *h = (struct xsd_sockmsg *)bytes;

    switch (fuzz_below(8)) {
    case 0: h->len = (uint32_t)fuzz_random() >> fuzz_below(32); break;
    case 1: h->req_id = (uint32_t)fuzz_below(20); break;
    case 2: h->tx_id ^= 1; break;
    case 3: h->type = (uint32_t)fuzz_below(24); break;
    case 4: h->type = XS_ERROR; break;
    case 5: h->type = XS_WATCH_EVENT; break;
    case 6: bytes[fuzz_below(len)] ^= (char)(1 << fuzz_below(8)); break;
    default:
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)fuzz_random();
    }
}

void server_say(struct server *s, uint32_t type, uint32_t id, uint32_t tx, const void *payload,
                size_t len)
{
    struct xsd_sockmsg h = {type, id, tx, (uint32_t)len};
    char *bytes = malloc(HEADER + len);

    if (!bytes || s->nr_held == SERVER_HELD)
        abort();
    memcpy(bytes, &h, HEADER);
    memcpy(bytes + HEADER, payload, len);
    if (s->mutate && !fuzz_below(s->mutate))
        spoil(bytes, HEADER + len);
    s->held[s->nr_held].bytes = bytes;
    s->held[s->nr_held++].len = HEADER + len;
}

static void answer(struct server *s)
{
    const struct xsd_sockmsg *h = (const struct xsd_sockmsg *)s->in;

    for (size_t i = 0; i < h->len; i++)
        s->in[HEADER + i] = server_answer(s->in[HEADER + i]);
    if (fuzz_below(10))
        server_say(s, h->type, h->req_id, h->tx_id, s->in + HEADER, h->len);
    else
        server_say(s, XS_ERROR, h->req_id, h->tx_id, "ENOENT", 7);
}

static void take(struct server *s)
{
    uint32_t ready = s->ring->req_prod - s->req_cons;
    size_t n;

    if (ready > XENSTORE_RING_SIZE)
        fault("moved its index too far");
    for (n = fuzz_below(ready + 1); n && s->nr_held < SERVER_HELD; n--) {
        const struct xsd_sockmsg *h = (const struct xsd_sockmsg *)s->in;

        s->in[s->in_len++] = s->ring->req[MASK_XENSTORE_IDX(s->req_cons)];
        s->req_cons++;
        if (s->in_len < HEADER)
            continue;
        if (h->len > XENSTORE_PAYLOAD_MAX)
            fault("sent too long a message");
        if (s->in_len == HEADER + h->len) {
            s->in_len = 0;
            answer(s);
        }
    }
    s->ring->req_cons = s->req_cons;
}

static void give(struct server *s)
{
    uint32_t room = XENSTORE_RING_SIZE - (s->rsp_prod - s->ring->rsp_cons);
    size_t n;

    if (room > XENSTORE_RING_SIZE)
        fault("took what was not there");
    for (n = fuzz_below(room + 1); n; n--) {
        if (s->out_pos == s->out_len) {
            size_t which = s->nr_held ? fuzz_below(s->nr_held) : 0;

            free(s->out);
            s->out = NULL;
            s->out_len = s->out_pos = 0;
            if (!s->nr_held)
                break;
            s->out = s->held[which].bytes;
            s->out_len = s->held[which].len;
            s->held[which] = s->held[--s->nr_held];
        }
        s->ring->rsp[MASK_XENSTORE_IDX(s->rsp_prod)] = s->out[s->out_pos++];
        s->rsp_prod++;
    }
    s->ring->rsp_prod = s->rsp_prod;
}

void server_step(struct server *s)
{
    take(s);
    give(s);
}
