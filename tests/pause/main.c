// SPDX-License-Identifier: BSD-3-Clause
// A guest that dom0 pauses for three seconds goes on where it was: its clocks count the time that
// passed, a timer that came due meanwhile fires once, and a sleeping thread wakes.
#include <stdio.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "pause and unpause";

#define MS     1000000ULL
#define SECOND (1000 * MS)
#define PAUSE  (3 * SECOND)
#define STEP   (20 * MS)

static volatile unsigned int fired;

static void on_timer(struct timer *t)
{
    (void)t;
    fired++;
}

// The longest time between two wake-ups of a thread that sleeps STEP at a time, and the count of
// them, until one was at least `enough` or the time is up.
static ns_t longest_gap(ns_t enough, ns_t deadline, unsigned int *steps)
{
    ns_t longest = 0, last = time_monotonic();

    for (*steps = 0; longest < enough && last < deadline; ++*steps) {
        thread_sleep_until(last + STEP);

        ns_t now = time_monotonic();

        if (now - last > longest)
            longest = now - last;
        last = now;
    }
    return longest;
}

void test_main(void)
{
    struct timer timer = {.fn = on_timer};
    unsigned int steps;
    ns_t start = time_monotonic(), wall = time_wall();

    // The script pauses the guest as soon as it sees this line, for PAUSE.
    printf("ready\n");
    timer_start(&timer, start + PAUSE);
    ns_t gap = longest_gap(PAUSE, start + 40 * SECOND, &steps);
    ns_t passed = time_monotonic() - start, wall_passed = time_wall() - wall;

    printf("%lu ms at a stretch, %u steps, %lu ms in all, %lu ms on the wall\n",
           (unsigned long)(gap / MS), steps, (unsigned long)(passed / MS),
           (unsigned long)(wall_passed / MS));
    CHECK(gap >= PAUSE);
    CHECK_EQ(fired, 1);
    CHECK(!timer_stop(&timer));
    // The clocks agree to within the wall clock's resolution in shared memory.
    CHECK(wall_passed + SECOND > passed && passed + SECOND > wall_passed);
}
