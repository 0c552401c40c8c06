// SPDX-License-Identifier: BSD-3-Clause
// How the guests of one test find each other (test.conf's `peer`): through the meeting place that
// the runner makes for them in xenstore. Guest 0 is the test's own, 1 the first peer. All functions
// wait, bounded, and return a value >= 0 or -errno; -XEN_ETIMEDOUT when what they wait for does not
// come.
#ifndef TEST_MEET_H
#define TEST_MEET_H

#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include <xen/errno.h>
#include "test.h"

#define MEET_SECONDS 150 // what a peer's creation may take on a busy host

struct meeting {
    char room[64];
    uint32_t index; // which guest this one is
    uint32_t count; // how many there are
};

// Read a node as soon as it is there. With a watch: reading in a loop keeps dom0 from its work.
static inline long meet_read(const char *path, char *value, size_t size)
{
    struct xs_how how = {.deadline = time_monotonic() + MEET_SECONDS * NS_PER_SEC};
    struct xs_queue queue;
    struct xs_watch watch, *which;
    char buf[XS_QUEUE_MIN], event[8];
    long rc = xs_read_string(path, value, size, &how);

    if (rc != -XEN_ENOENT)
        return rc;
    xs_queue_init(&queue, buf, sizeof(buf));
    rc = xs_watch(&watch, path, &queue, &how);
    if (rc < 0)
        return rc;
    while ((rc = xs_next_event(&queue, &which, event, sizeof(event), how.deadline)) == 0) {
        rc = xs_read_string(path, value, size, &how);
        if (rc != -XEN_ENOENT)
            break;
    }
    xs_unwatch(&watch, NULL);
    return rc;
}

static inline long meet_number(const char *path, uint32_t max)
{
    char text[16];
    uint32_t value;
    long rc = meet_read(path, text, sizeof(text));

    if (rc >= 0)
        rc = xs_read_number(path, max, &value, NULL);
    return rc < 0 ? rc : (long)value;
}

// Once, first: find the meeting place.
static inline long meet(struct meeting *m)
{
    char path[sizeof(m->room) + 16];
    long rc = meet_read("halvm/room", m->room, sizeof(m->room));

    if (rc >= 0)
        rc = meet_number("halvm/index", 1000);
    if (rc < 0)
        return rc;
    m->index = rc;
    ksnprintf(path, sizeof(path), "%s/count", m->room);
    rc = meet_number(path, 1000);
    if (rc < 0)
        return rc;
    m->count = rc;
    return 0;
}

// The number of a guest.
static inline long meet_domid(const struct meeting *m, uint32_t guest)
{
    char path[sizeof(m->room) + 32];

    ksnprintf(path, sizeof(path), "%s/guest/%u/domid", m->room, guest);
    return meet_number(path, 0x7fef);
}

// Tell the others a number under a name of this guest's.
static inline long meet_put(const struct meeting *m, const char *name, uint32_t value)
{
    char path[sizeof(m->room) + 64], text[16];

    ksnprintf(path, sizeof(path), "%s/%u/%s", m->room, m->index, name);
    ksnprintf(text, sizeof(text), "%u", value);
    return xs_write_string(path, text, NULL);
}

// What another guest told, or will tell.
static inline long meet_get(const struct meeting *m, uint32_t guest, const char *name)
{
    char path[sizeof(m->room) + 64];

    ksnprintf(path, sizeof(path), "%s/%u/%s", m->room, guest, name);
    return meet_number(path, 0xffffffff);
}

// Wait until all guests have come to the point of this name.
static inline long meet_all(const struct meeting *m, const char *point)
{
    long rc = meet_put(m, point, 1);

    for (uint32_t i = 0; rc >= 0 && i < m->count; i++)
        rc = meet_get(m, i, point);
    return rc;
}

#endif
