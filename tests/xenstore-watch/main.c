// SPDX-License-Identifier: BSD-3-Clause
// Watches: the first event, events below a path and none elsewhere, relative and absolute paths,
// several watches in one queue, no event after the end of a watch, and a queue that overflows tells
// that something changed.
#include "../common/test.h"

#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include <string.h>
#include <xen/errno.h>

const char test_title[] = "xenstore watches";

#define SOON (100 * 1000 * 1000ULL) // ns
#define LATE (60 * NS_PER_SEC)

static struct xs_queue queue;
static char path[64];

static struct xs_watch *next(ns_t wait)
{
    struct xs_watch *w = NULL;

    if (xs_next_event(&queue, &w, path, sizeof(path), time_monotonic() + wait))
        return NULL;
    return w;
}

static bool expect(struct xs_watch *w, const char *wanted)
{
    struct xs_watch *got = next(LATE);

    if (got == w && strcmp(path, wanted) == 0)
        return true;
    test_failure("event of %p at %s, not of %p at %s", (void *)got, got ? path : "-", (void *)w,
                 wanted);
    return false;
}

static void *writer(void *arg)
{
    thread_sleep_until(time_monotonic() + SOON);
    xs_write_string("data/a/later", "", NULL);
    return arg;
}

void test_main(void)
{
    static char memory[XS_QUEUE_MIN];
    struct xs_watch a, b, c;
    struct thread *t;
    char own[40], text[16];
    struct xs_stats before, after;
    unsigned int n;

    xs_queue_init(&queue, memory, sizeof(memory));
    CHECK_EQ(xs_mkdir("data/a", NULL), 0);
    CHECK_EQ(xs_watch(&a, "data/a", &queue, NULL), 0);
    expect(&a, "data/a");
    CHECK_EQ(xs_watch(&b, "data/none/there", &queue, NULL), 0);
    expect(&b, "data/none/there");

    CHECK_EQ(xs_write_string("data/a/x/y", "1", NULL), 0);
    expect(&a, "data/a/x/y");
    CHECK_EQ(xs_write_string("data/ab", "no child", NULL), 0);
    CHECK_EQ(xs_write_string("data/none/there", "1", NULL), 0);
    expect(&b, "data/none/there");
    CHECK_EQ(xs_rm("data/none", NULL), 0);
    expect(&b, "data/none/there");
    CHECK(!next(SOON));

    // Woken out of the wait.
    CHECK_EQ(thread_create(&t, writer, NULL, NULL), 0);
    expect(&a, "data/a/later");
    thread_join(t, NULL);

    // The same node by its absolute path: both see it, each in its own words.
    n = xs_read_string("domid", text, sizeof(text), NULL);
    CHECK(n > 0 && n < sizeof(text));
    ksnprintf(own, sizeof(own), "/local/domain/%s/data/a", text);
    CHECK_EQ(xs_watch(&c, own, &queue, NULL), 0);
    expect(&c, own);
    CHECK_EQ(xs_unwatch(&a, NULL), 0);
    CHECK_EQ(xs_write_string("data/a", "2", NULL), 0);
    expect(&c, own);
    CHECK(!next(SOON));

    // More events than the queue has room for.
    xs_get_stats(&before);
    for (n = 0; n < 50; n++) {
        ksnprintf(path, sizeof(path), "data/a/%u", n);
        CHECK_EQ(xs_write_string(path, "", NULL), 0);
    }
    do {
        thread_sleep_until(time_monotonic() + SOON);
        xs_get_stats(&after);
    } while (after.events < before.events + 50);
    for (n = 0; next(SOON) == &c && strcmp(path, own); n++)
        continue;
    CHECK(n > 0 && n < 50);
    CHECK(strcmp(path, own) == 0);
    CHECK(!next(SOON));
    CHECK_EQ(xs_write_string("data/a/again", "", NULL), 0);
    CHECK(next(LATE) == &c);

    // Events that wait when their watch ends are gone with it.
    CHECK_EQ(xs_write_string("data/a/last", "", NULL), 0);
    CHECK_EQ(xs_unwatch(&c, NULL), 0);
    CHECK_EQ(xs_unwatch(&b, NULL), 0);
    CHECK(!next(SOON));
    CHECK_EQ(xs_watch(&a, "data//a", &queue, NULL), -XEN_EINVAL);
    CHECK_EQ(xs_unwatch(&b, NULL), -XEN_ENOENT);
    xs_get_stats(&after);
    CHECK_EQ(after.strays, 0);
}
