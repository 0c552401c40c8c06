// SPDX-License-Identifier: BSD-3-Clause
// The xenstore client's pure part: its words one by one; traffic with a server that answers in any
// order and any portions; cancelled requests; connections that begin anew; and a server that sends
// rubbish. Whatever it sends, every request comes to an end, and one that succeeds has an answer
// that was sent.
#include <stdio.h>
#include <xen/errno.h>
#include <xenbus/wire.h>
#include "server.h"

static unsigned int failures;
static unsigned long factor;

#define CHECK(cond)                                               \
    do {                                                          \
        if (!(cond) && failures++ < 20)                           \
            printf("%s:%d: not %s\n", __FILE__, __LINE__, #cond); \
    } while (0)

static void test_words(void)
{
    static const struct {
        const char *text;
        uint32_t max;
        bool ok;
        uint32_t value;
    } numbers[] = {
        {"0", 0, true, 0},
        {"007", 7, true, 7},
        {"8", 7, false, 0},
        {"4294967295", UINT32_MAX, true, UINT32_MAX},
        {"4294967296", UINT32_MAX, false, 0},
        {"99999999999999999999999999999999", UINT32_MAX, false, 0},
        {"", 9, false, 0},
        {"-1", 9, false, 0},
        {"+1", 9, false, 0},
        {" 1", 9, false, 0},
        {"1 ", 9, false, 0},
        {"0x1", 9, false, 0},
    };
    static const struct {
        const char *path;
        bool ok;
    } paths[] = {
        {"/", true},     {"a", true},    {"a/b", true},   {"/a/b", true},
        {"", false},     {"//", false},  {"a/", false},   {"/a/", false},
        {"a//b", false}, {"a b", false}, {"a\n", false},  {"@x", false},
        {"a@x", true},   {"a.b", false}, {"A-_+9", true}, {"\x80", false},
    };
    char path[XENSTORE_ABS_PATH_MAX + 2], right;
    halvm_domid_t domain;
    uint32_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        bool ok = wire_number(numbers[i].text, strlen(numbers[i].text), numbers[i].max, &n);

        CHECK(ok == numbers[i].ok && (!ok || n == numbers[i].value));
    }
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        CHECK(wire_path_valid(paths[i].path, false) == paths[i].ok);
    CHECK(wire_path_valid("@releaseDomain", true));
    memset(path, 'a', sizeof(path));
    path[XENSTORE_REL_PATH_MAX] = '\0';
    CHECK(wire_path_valid(path, false));
    path[XENSTORE_REL_PATH_MAX] = 'a';
    path[XENSTORE_REL_PATH_MAX + 1] = '\0';
    CHECK(!wire_path_valid(path, false));
    path[0] = '/';
    CHECK(wire_path_valid(path, false));
    path[XENSTORE_REL_PATH_MAX + 1] = 'a';
    path[XENSTORE_ABS_PATH_MAX + 1] = '\0';
    CHECK(!wire_path_valid(path, false));

    CHECK(wire_path_below("a/b", "a") && wire_path_below("a", "a") && wire_path_below("/x", "/"));
    CHECK(!wire_path_below("ab", "a") && !wire_path_below("a", "a/b") &&
          !wire_path_below("x", "/"));
    CHECK(wire_error("ENOENT", 7) == XEN_ENOENT && wire_error("E2BIG", 6) == XEN_E2BIG);
    CHECK(!wire_error("ENOENT", 6) && !wire_error("", 0) && !wire_error("ENOEN", 6));
    CHECK(!wire_error("ENOENT\0", 8) && !wire_error("enoent", 7));
    CHECK(strcmp(wire_error_name(XEN_EAGAIN), "EAGAIN") == 0);
    CHECK(strcmp(wire_error_name(12345), "?") == 0 && strcmp(wire_op_name(99), "?") == 0);
    CHECK(wire_strings("", 0) == 0 && wire_strings("a\0b", 4) == 2 &&
          wire_strings("a\0b", 3) == -1);
    CHECK(wire_event_token("p\0t", 4) == 2 && !wire_event_token("p\0t", 3));
    CHECK(!wire_event_token("p", 2) && !wire_event_token("", 0));
    CHECK(wire_perm("b65535", &right, &domain) && right == 'b' && domain == 65535);
    CHECK(!wire_perm("b65536", &right, &domain) && !wire_perm("x1", &right, &domain));
    CHECK(!wire_perm("", &right, &domain) && !wire_perm("r", &right, &domain));
}

#define SLOTS 24

// A client with up to SLOTS requests in flight.
struct slot {
    struct conn_request r;
    bool busy;
    char *payload, *reply; // on the heap, of their exact sizes
    size_t len, split;
};

static struct slot slots[SLOTS];
static struct conn conn;
static uint64_t answered, refused, spoilt, events;
static bool honest;

static void release(struct slot *s)
{
    free(s->payload);
    free(s->reply);
    s->busy = false;
}

static void completed(struct conn_request *r)
{
    struct slot *s = container_of(r, struct slot, r);

    CHECK(r->done && s->busy);
    if (r->rc == -XEN_ENOENT) {
        refused++;
    } else if (r->rc) {
        CHECK(r->rc == -XEN_EBADMSG || r->rc == -XEN_EIO || r->rc == -XEN_EAGAIN || !honest);
        spoilt++;
    } else {
        answered++;
        CHECK(!honest || r->reply_len == s->len);
        for (size_t i = 0; honest && i < s->len && i < r->reply_size; i++)
            CHECK(s->reply[i] == server_answer(s->payload[i]));
    }
    release(s);
}

static void on_event(const char *path, const char *token)
{
    CHECK(strlen(path) + strlen(token) <= XENSTORE_PAYLOAD_MAX);
    events++;
}

static void ask(void)
{
    struct slot *s = &slots[fuzz_below(SLOTS)];
    size_t max = fuzz_below(20) ? 60 : XENSTORE_PAYLOAD_MAX + 1;

    if (s->busy)
        return;
    s->len = fuzz_below(max);
    s->split = fuzz_below(s->len + 1);
    s->payload = malloc(s->len + 1);
    s->r = (struct conn_request){
        .type = fuzz_below(10) ? XS_READ : XS_WRITE,
        .tx_id = fuzz_below(4) ? 0 : 1 + (uint32_t)fuzz_below(3),
        .reply_size = fuzz_below(s->len + 1),
        .completed = completed,
    };
    s->reply = malloc(s->r.reply_size ? s->r.reply_size : 1);
    if (!s->payload || !s->reply)
        abort();
    s->r.reply = s->reply;
    for (size_t i = 0; i < s->len; i++)
        s->payload[i] = (char)fuzz_random();
    s->r.parts[0] = (struct conn_part){s->payload, s->split};
    s->r.parts[2] = (struct conn_part){s->payload + s->split, s->len - s->split};
    s->busy = true;
    CHECK(conn_submit(&conn, &s->r));
}

static void cancel(void)
{
    struct slot *s = &slots[fuzz_below(SLOTS)];

    if (!s->busy)
        return;
    conn_cancel(&conn, &s->r);
    release(s);
}

static unsigned int in_flight(void)
{
    unsigned int n = 0;

    for (size_t i = 0; i < SLOTS; i++)
        n += slots[i].busy;
    return n;
}

static void begin(struct server *server)
{
    server_restart(server);
    conn_attach(&conn, server->ring);
}

static void clear(void)
{
    conn_break(&conn, "the test is over");
    CHECK(!in_flight() && !conn.head && !conn.tail);
    memset(&conn, 0, sizeof(conn));
    conn.event = on_event;
}

static void test_traffic(void)
{
    struct server *server = server_new();
    uint64_t cancelled = 0, sent_events = 0;

    clear();
    honest = true;
    answered = refused = spoilt = events = 0;
    conn.last_id = UINT32_MAX - 1000; // 0 must be left out on the way
    begin(server);
    for (unsigned long i = 0; i < 400000 * factor; i++) {
        if (fuzz_below(2))
            ask();
        if (!fuzz_below(50)) {
            unsigned int before = in_flight();

            cancel();
            cancelled += before - in_flight();
        }
        if (!fuzz_below(30) && server->nr_held < SERVER_HELD) {
            server_say(server, XS_WATCH_EVENT, 0, 0, "a/path\0token", 13);
            sent_events++;
        }
        if (!fuzz_below(3))
            conn_pump(&conn);
        if (!fuzz_below(3))
            server_step(server);
        CHECK(!conn.broken);
    }
    for (unsigned int i = 0; i < 100000 && (in_flight() || server->nr_held || server->out); i++) {
        conn_pump(&conn);
        server_step(server);
    }
    conn_pump(&conn);
    CHECK(!in_flight());
    CHECK(answered > 50000 * factor && refused > 5000 * factor && !spoilt);
    CHECK(events == sent_events);
    // Answers to cancelled requests; those that were never sent have none.
    CHECK(conn.strays > 0 && conn.strays <= cancelled);
    server_free(server);
}

// The connection begins anew in the middle of it all: everything outside transactions is answered.
static void test_restart(void)
{
    struct server *server = server_new();

    clear();
    honest = true;
    answered = refused = spoilt = 0;
    begin(server);
    for (unsigned long i = 0; i < 200000 * factor; i++) {
        ask();
        if (!fuzz_below(3))
            conn_pump(&conn);
        if (!fuzz_below(3))
            server_step(server);
        if (!fuzz_below(500)) {
            unsigned int with_tx = 0;
            uint64_t before = spoilt;

            for (size_t s = 0; s < SLOTS; s++)
                with_tx += slots[s].busy && slots[s].r.tx_id;
            begin(server);
            CHECK(spoilt == before + with_tx);
        }
        CHECK(!conn.broken);
    }
    for (unsigned int i = 0; i < 100000 && in_flight(); i++) {
        conn_pump(&conn);
        server_step(server);
    }
    CHECK(!in_flight());
    CHECK(answered > 20000 * factor);
    server_free(server);
}

// A hostile server, one small life of a connection at a time.
static void test_hostile(void)
{
    struct server *server = server_new();
    uint64_t broken = 0;

    clear();
    honest = false;
    answered = refused = spoilt = events = 0;
    server->mutate = 3;
    begin(server);
    for (unsigned long i = 0; i < 1000000 * factor; i++) {
        ask();
        conn_pump(&conn);
        server_step(server);
        switch (fuzz_below(200)) {
        case 0: server->ring->rsp_prod = (uint32_t)fuzz_random(); break;
        case 1: server->ring->req_cons = (uint32_t)fuzz_random(); break;
        case 2: server->ring->req_prod = (uint32_t)fuzz_random(); break;
        case 3: server->ring->rsp_cons = (uint32_t)fuzz_random(); break;
        case 4: server->ring->server_features = (uint32_t)fuzz_random(); break;
        case 5: server->ring->error = (uint32_t)fuzz_random(); break;
        case 6: server->ring->rsp[fuzz_below(XENSTORE_RING_SIZE)] ^= 1; break;
        case 7: cancel(); break;
        case 8:
            if (server->nr_held < SERVER_HELD)
                server_say(server, XS_WATCH_EVENT, 0, 0, "a/path\0token", 13);
            break;
        default: break;
        }
        conn_pump(&conn);
        // A broken connection has nothing in flight and refuses at once.
        if (conn.broken) {
            broken++;
            CHECK(!in_flight());
            ask();
            CHECK(!in_flight());
            CHECK(!conn_pump(&conn));
            begin(server);
        } else if (server->req_cons != server->ring->req_cons ||
                   server->ring->rsp_cons != conn.rsp_cons ||
                   server->ring->req_prod != conn.req_prod ||
                   server->rsp_prod != server->ring->rsp_prod) {
            // The spoilt index is one that the client could not tell from a good one: this server
            // would take it for a fault of the client's.
            begin(server);
        }
    }
    CHECK(answered > 10000 && spoilt > 10000 && events > 1000 && broken > 1000);
    printf("# hostile: %llu answered, %llu failed, %llu events, %llu broken\n",
           (unsigned long long)answered, (unsigned long long)(spoilt + refused),
           (unsigned long long)events, (unsigned long long)broken);
    clear();
    server_free(server);
}

static void test_limits(void)
{
    static const char bytes[XENSTORE_PAYLOAD_MAX + 1];
    struct conn_request r = {.completed = completed};
    struct server *server = server_new();

    clear();
    begin(server);
    r.parts[0] = (struct conn_part){bytes, XENSTORE_PAYLOAD_MAX + 1};
    CHECK(!conn_submit(&conn, &r));
    r.parts[0].len = XENSTORE_PAYLOAD_MAX;
    r.parts[1] = (struct conn_part){bytes, 1};
    CHECK(!conn_submit(&conn, &r));
    r.parts[0].len = r.parts[1].len = r.parts[2].len = SIZE_MAX / 2 + 1;
    CHECK(!conn_submit(&conn, &r));
    CHECK(!conn.head);
    server_free(server);
}

int main(int argc, char **argv)
{
    static void (*const tests[])(void) = {
        test_words, test_limits, test_traffic, test_restart, test_hostile,
    };
    unsigned int passed = 0, failed = 0;

    fuzz_seed(argc, argv, &factor);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
        unsigned int before = failures;

        tests[i]();
        if (failures == before)
            passed++;
        else
            failed++;
    }
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed != 0;
}
