// SPDX-License-Identifier: BSD-3-Clause
// A guest that is paused and let go on: sleepers and timers go on, late ones at once, and both
// clocks have seen the time pass.
#include "../common/test.h"

#include <halvm/sched.h>
#include <halvm/time.h>

const char test_title[] = "pause and go on";

#define STEP (50 * 1000 * 1000ULL)

void test_main(void)
{
    ns_t mono = time_monotonic(), wall = time_wall(), gap = 0, end = mono + 100 * NS_PER_SEC;
    ns_t mono_gap = 0, wall_gap = 0;

    printk("ready\n");
    // dom0 stops us for three seconds somewhere in here.
    while (gap < 2 * NS_PER_SEC && time_monotonic() < end) {
        ns_t m, w;

        thread_sleep_until(mono + STEP);
        m = time_monotonic();
        w = time_wall();
        CHECK(m >= mono + STEP);
        mono_gap = gap = m - mono;
        wall_gap = w - wall;
        mono = m;
        wall = w;
    }
    printk("a gap of %lu ms, on the wall %lu ms\n", (unsigned long)(mono_gap / 1000000),
           (unsigned long)(wall_gap / 1000000));
    CHECK(mono_gap >= 2 * NS_PER_SEC && mono_gap < 60 * NS_PER_SEC);
    CHECK(wall_gap + NS_PER_SEC > mono_gap && wall_gap < mono_gap + NS_PER_SEC);
}
