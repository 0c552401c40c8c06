// SPDX-License-Identifier: BSD-3-Clause
// Tests of two guests: meet.h, with failures reported.
#ifndef TEST_PAIR_H
#define TEST_PAIR_H

#include "meet.h"

static struct meeting pair_meeting;

// Who am I, 0 or 1, and the other's number. False when they do not find each other.
static inline bool pair_enter(uint32_t *me, halvm_domid_t *other)
{
    long rc = meet(&pair_meeting);

    if (rc >= 0)
        rc = meet_domid(&pair_meeting, !pair_meeting.index);
    if (rc < 0)
        test_error("the guests do not meet: error %ld", rc);
    *me = pair_meeting.index;
    *other = rc;
    return rc >= 0;
}

static inline bool pair_put(const char *name, uint32_t value)
{
    return CHECK(meet_put(&pair_meeting, name, value) >= 0);
}

// What the other has put.
static inline bool pair_get(const char *name, uint32_t *value)
{
    long rc = meet_get(&pair_meeting, !pair_meeting.index, name);

    if (rc < 0)
        test_failure("the other guest does not say %s: error %ld", name, rc);
    *value = rc;
    return rc >= 0;
}

// Both come to this point before either goes on.
static inline bool pair_at(const char *point)
{
    long rc = meet_all(&pair_meeting, point);

    if (rc < 0)
        test_failure("the other guest does not come to %s: error %ld", point, rc);
    return rc >= 0;
}

#endif
