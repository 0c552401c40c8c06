// SPDX-License-Identifier: BSD-3-Clause
// Xenstore's operations against the real server: values of every length up to the protocol's
// limit, listing, removing, permissions, transactions that commit, are given up and collide, many
// threads with requests in flight at once, and each kind of error with its path in the report.
#include "../common/test.h"

#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include <string.h>
#include <xen/errno.h>

const char test_title[] = "xenstore requests";

#define THREADS 16
#define ROUNDS  50
#define BIG     2048 // xenstored keeps no larger nodes for a guest

static char why[XS_WHY_MAX];
static const struct xs_how how = {.why = why};

#define CHECK_RC(call, wanted)                                                             \
    ({                                                                                     \
        long rc_ = (call);                                                                 \
        if (rc_ != (wanted))                                                               \
            test_failure("%s:%d: %s is %ld, not %ld (%s)", __FILE__, __LINE__, #call, rc_, \
                         (long)(wanted), rc_ < 0 ? why : "");                              \
        rc_ == (wanted);                                                                   \
    })

static void values(void)
{
    static char out[XS_VALUE_MAX], in[XS_VALUE_MAX];
    uint32_t number;

    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = i * 7 + 1; // zeroes among them
    for (size_t len = 0; len <= 1800; len += len < 20 ? 1 : 89) {
        CHECK_RC(xs_write("data/value", out, len, &how), 0);
        memset(in, 0x55, sizeof(in));
        if (CHECK_RC(xs_read("data/value", in, sizeof(in), &how), (long)len))
            CHECK(memcmp(in, out, len) == 0 && in[len] == 0x55);
    }
    CHECK_RC(xs_read("data/value", in, 10, &how), -XEN_ENOBUFS);
    CHECK_RC(xs_read_string("data/value", in, sizeof(in), &how), -XEN_EBADMSG);
    CHECK_RC(xs_write("data/value", out, XS_VALUE_MAX - 10, &how), -XEN_E2BIG);
    CHECK_RC(xs_write("data/value", out, SIZE_MAX, &how), -XEN_E2BIG);
    CHECK_RC(xs_write("data/value", out, XS_VALUE_MAX - 11, &how), -XEN_ENOSPC);

    CHECK_RC(xs_write_string("data/number", "4294967295", &how), 0);
    CHECK_RC(xs_read_number("data/number", UINT32_MAX, &number, &how), 0);
    CHECK_EQ(number, UINT32_MAX);
    CHECK_RC(xs_read_number("data/number", 65535, &number, &how), -XEN_EBADMSG);
    CHECK_RC(xs_read_string("data/number", in, 11, &how), 10);
    CHECK(strcmp(in, "4294967295") == 0);
    CHECK_RC(xs_read_string("data/number", in, 10, &how), -XEN_ENOBUFS);
}

static void tree(void)
{
    static char names[1024];
    struct xs_perm perms[4] = {0};
    size_t len;
    long n;

    CHECK_RC(xs_mkdir("data/dir/a/b", &how), 0);
    CHECK_RC(xs_mkdir("data/dir/a/b", &how), 0);
    CHECK_RC(xs_write_string("data/dir/c", "", &how), 0);
    CHECK_RC(xs_directory("data/dir", names, sizeof(names), &len, &how), 2);
    CHECK_EQ(len, 4);
    CHECK(memcmp(names, "a\0c", 4) == 0 || memcmp(names, "c\0a", 4) == 0);
    CHECK_RC(xs_directory("data/dir", names, 3, &len, &how), -XEN_ENOBUFS);
    CHECK_RC(xs_directory("data/dir/c", names, sizeof(names), &len, &how), 0);

    n = xs_get_perms("data/dir", perms, 4, &how);
    CHECK(n >= 1);
    CHECK(perms[0].right == 'n' || perms[0].right == 'r');
    perms[1] = (struct xs_perm){7, 'r'};
    perms[2] = (struct xs_perm){65, 'b'};
    CHECK_RC(xs_set_perms("data/dir/c", perms, 3, &how), 0);
    CHECK_RC(xs_get_perms("data/dir/c", perms, 4, &how), 3);
    CHECK(perms[1].domain == 7 && perms[1].right == 'r');
    CHECK(perms[2].domain == 65 && perms[2].right == 'b');

    CHECK_RC(xs_rm("data/dir", &how), 0);
    CHECK_RC(xs_rm("data/dir", &how), 0);
    CHECK_RC(xs_directory("data/dir", names, sizeof(names), NULL, &how), -XEN_ENOENT);
    CHECK_RC(xs_rm("data/none/dir", &how), -XEN_ENOENT);
}

static void errors(void)
{
    char buf[64];

    CHECK_RC(xs_read("data/nothing", buf, sizeof(buf), &how), -XEN_ENOENT);
    CHECK(strcmp(why, "xenstore: READ data/nothing: ENOENT") == 0);
    CHECK_RC(xs_write_string("/local/domain/0/name", "mine", &how), -XEN_EACCES);
    CHECK(strcmp(why, "xenstore: WRITE /local/domain/0/name: EACCES") == 0);
    CHECK_RC(xs_read("data/", buf, sizeof(buf), &how), -XEN_EINVAL);
    CHECK_RC(xs_read("data//x", buf, sizeof(buf), &how), -XEN_EINVAL);
    CHECK_RC(xs_read("", buf, sizeof(buf), &how), -XEN_EINVAL);
    CHECK_RC(xs_read("data/a b", buf, sizeof(buf), &how), -XEN_EINVAL);
    CHECK_RC(xs_read("@releaseDomain", buf, sizeof(buf), &how), -XEN_EINVAL);
    CHECK_RC(xs_read("name", buf, sizeof(buf), &(struct xs_how){.deadline = 1, .why = why}),
             -XEN_ETIMEDOUT);
    // Its reply comes later and belongs to nobody.
    CHECK(xs_read("name", buf, sizeof(buf), &how) > 0);
}

static void transactions(void)
{
    struct xs_tx tx, other;
    struct xs_how in = {.tx = &tx, .why = why};
    char buf[16];

    CHECK_RC(xs_write_string("data/t", "0", &how), 0);
    CHECK_RC(xs_tx_start(&tx, &how), 0);
    CHECK_RC(xs_write_string("data/t", "1", &in), 0);
    CHECK_RC(xs_read_string("data/t", buf, sizeof(buf), &how), 1);
    CHECK(buf[0] == '0');
    CHECK_RC(xs_read_string("data/t", buf, sizeof(buf), &in), 1);
    CHECK(buf[0] == '1');
    CHECK_RC(xs_tx_end(&tx, true, &how), 0);
    CHECK_RC(xs_read_string("data/t", buf, sizeof(buf), &how), 1);
    CHECK(buf[0] == '1');

    CHECK_RC(xs_tx_start(&tx, &how), 0);
    CHECK_RC(xs_write_string("data/t", "2", &in), 0);
    CHECK_RC(xs_tx_end(&tx, false, &how), 0);
    CHECK_RC(xs_read_string("data/t", buf, sizeof(buf), &how), 1);
    CHECK(buf[0] == '1');

    // One that commits between the other's begin and end.
    CHECK_RC(xs_tx_start(&tx, &how), 0);
    CHECK_RC(xs_tx_start(&other, &how), 0);
    CHECK_RC(xs_read_string("data/t", buf, sizeof(buf), &in), 1);
    CHECK_RC(xs_write_string("data/t", "3", &in), 0);
    CHECK_RC(xs_write_string("data/t", "4", &(struct xs_how){.tx = &other, .why = why}), 0);
    CHECK_RC(xs_tx_end(&other, true, &how), 0);
    CHECK_RC(xs_tx_end(&tx, true, &how), -XEN_EAGAIN);
    CHECK_RC(xs_read_string("data/t", buf, sizeof(buf), &how), 1);
    CHECK(buf[0] == '4');
    CHECK_RC(xs_tx_end(&tx, true, &how), -XEN_ENOENT);
}

// Each thread has its node, and values long enough to fill the ring many times over.
static void *client(void *arg)
{
    unsigned int me = (uintptr_t)arg;
    char path[24], out[700], in[sizeof(out)];

    ksnprintf(path, sizeof(path), "data/thread-%u", me);
    for (unsigned int i = 0; i < ROUNDS; i++) {
        size_t len = (i * 37 + me * 11) % sizeof(out);

        memset(out, 'a' + (i + me) % 26, sizeof(out));
        if (xs_write(path, out, len, NULL) || xs_read(path, in, sizeof(in), NULL) != (long)len ||
            memcmp(in, out, len))
            return (void *)1;
    }
    return NULL;
}

static void many_at_once(void)
{
    struct thread *t[THREADS];
    void *bad;

    for (uintptr_t i = 0; i < THREADS; i++) {
        if (thread_create(&t[i], client, (void *)i, NULL)) {
            test_error("no thread");
            return;
        }
    }
    for (unsigned int i = 0; i < THREADS; i++) {
        thread_join(t[i], &bad);
        CHECK(!bad);
    }
}

void test_main(void)
{
    struct xs_stats stats;

    values();
    tree();
    errors();
    transactions();
    many_at_once();
    xs_get_stats(&stats);
    CHECK(stats.requests > 2 * THREADS * ROUNDS);
    CHECK_EQ(stats.strays, 1); // the reply that nobody waited for
    CHECK_EQ(stats.reconnects, 0);
}
