// SPDX-License-Identifier: BSD-3-Clause
// The meeting place of guests that are tested together (docs/testing.md, "Several guests"): who
// they are, and numbers that they leave for each other. Every wait is bounded.
#ifndef ROOM_H
#define ROOM_H

#include <stdio.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include "test.h"

#define ROOM_WAIT_NS (150 * NS_PER_SEC)

static char room_path[128];

// Wait for a number; false when it does not come. What of the time-out, the test has failed.
static inline bool room_number(const char *path, uint32_t *out)
{
    ns_t deadline = time_monotonic() + ROOM_WAIT_NS;

    while (xs_read_number(path, UINT32_MAX, out, NULL)) {
        if (time_monotonic() >= deadline) {
            test_failure("nobody wrote %s", path);
            return false;
        }
        thread_sleep_until(time_monotonic() + 30 * 1000 * 1000);
    }
    return true;
}

// Enter: our index, and the number of the guest with index `other`. False: there is no room.
static inline bool room_enter(uint32_t *index, uint32_t other, halvm_domid_t *domid)
{
    ns_t deadline = time_monotonic() + ROOM_WAIT_NS;
    char path[160];
    uint32_t number;

    while (xs_read_string("halvm/room", room_path, sizeof(room_path), NULL) < 0) {
        if (time_monotonic() >= deadline) {
            test_error("no meeting place");
            return false;
        }
        thread_sleep_until(time_monotonic() + 20 * 1000 * 1000);
    }
    if (!room_number("halvm/index", index))
        return false;
    if (other == *index)
        return true;
    snprintf(path, sizeof(path), "%s/guest/%u/domid", room_path, (unsigned int)other);
    if (!room_number(path, &number))
        return false;
    *domid = number;
    return true;
}

// Leave a number for the others; wait for one that another leaves.
static inline bool room_put(const char *name, uint32_t number)
{
    char path[160], text[16];

    snprintf(path, sizeof(path), "%s/%s", room_path, name);
    snprintf(text, sizeof(text), "%u", (unsigned int)number);
    return CHECK_EQ(xs_write_string(path, text, NULL), 0);
}

static inline bool room_get(const char *name, uint32_t *out)
{
    char path[160];

    snprintf(path, sizeof(path), "%s/%s", room_path, name);
    return room_number(path, out);
}

// Both come to this point before either goes on.
static inline bool room_meet(const char *name, uint32_t index)
{
    char mine[64], theirs[64];
    uint32_t ignored;

    snprintf(mine, sizeof(mine), "%s-%u", name, (unsigned int)index);
    snprintf(theirs, sizeof(theirs), "%s-%u", name, (unsigned int)!index);
    return room_put(mine, 1) && room_get(theirs, &ignored);
}

#endif
