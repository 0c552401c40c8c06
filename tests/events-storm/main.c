// SPDX-License-Identifier: BSD-3-Clause
// A port with a limit that fires without work is held, longer each time, and works again after each
// hold; work ends all that; what the owner masks stays masked; a port without a limit is left
// alone. The first hold is reported on the console.
#include <arch/xen.h>
#include <halvm/events.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "event storms";

static volatile unsigned long count;
static bool works;
static evtchn_t near_end, far_end;

static void handler(evtchn_t port, void *arg)
{
    (void)arg;
    count++;
    if (works)
        evtchn_worked(port);
}

static void nothing(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
}

static struct events_stats stats(void)
{
    struct events_stats s;

    events_get_stats(&s);
    return s;
}

static void pair_bind(void)
{
    far_end = evtchn_alloc_unbound(DOMID_SELF, handler, NULL);
    near_end = evtchn_bind_interdomain(DOMID_SELF, far_end, nothing, NULL);
    count = 0;
}

static ns_t held_for(void)
{
    ns_t start = time_monotonic();

    while (stats().holding && time_monotonic() < start + 10 * NS_PER_SEC)
        thread_sleep_until(time_monotonic() + EVENTS_TICK_NS / 4);
    return time_monotonic() - start;
}

// Fire until it is held; how many it took. On a slow machine a short hold may be over by now.
static unsigned long storm(void)
{
    uint64_t before = stats().held;
    unsigned long fired = 0;

    while (stats().held == before && fired < 3 * EVENTS_STORM) {
        evtchn_send(near_end);
        fired++;
    }
    CHECK_EQ(stats().held, before + 1);
    return fired;
}

// And so often that a hold is long.
static void long_storm(void)
{
    evtchn_worked(far_end);
    for (unsigned int i = 0; i < 8; i++) {
        held_for();
        storm();
    }
    CHECK_EQ(stats().holding, 1);
}

void test_main(void)
{
    unsigned long before;
    ns_t last = 0;

    pair_bind();
    for (unsigned int i = 0; i < 3 * EVENTS_STORM; i++)
        evtchn_send(near_end);
    CHECK_EQ(count, 3 * EVENTS_STORM); // no limit
    CHECK_EQ(stats().held, 0);

    evtchn_limit(far_end, "test");
    works = true;
    count = 0;
    for (unsigned int i = 0; i < 3 * EVENTS_STORM; i++)
        evtchn_send(near_end);
    CHECK_EQ(count, 3 * EVENTS_STORM); // all with work
    CHECK_EQ(stats().held, 0);

    works = false;
    CHECK_EQ(storm(), EVENTS_STORM);
    CHECK_EQ(stats().held, 1);
    held_for();
    CHECK_EQ(stats().holding, 0);
    before = count;
    evtchn_send(near_end);
    CHECK_EQ(count, before + 1); // it works again
    for (unsigned int i = 2; i <= 9; i++) {
        CHECK(storm() <= EVENTS_STORM);
        CHECK_EQ(stats().held, i);
        last = held_for();
    }
    CHECK(last >= 200 * EVENTS_TICK_NS);
    evtchn_worked(far_end); // and the next is short again
    storm();
    CHECK(held_for() < last);

    // What comes during a hold is one event, at its end.
    long_storm();
    before = count;
    for (unsigned int j = 0; j < 10; j++)
        evtchn_send(near_end);
    CHECK_EQ(count, before);
    held_for();
    CHECK_EQ(count, before + 1);

    // Masked by the owner during a hold: masked after it too.
    long_storm();
    evtchn_mask(far_end);
    evtchn_send(near_end);
    before = count;
    held_for();
    CHECK_EQ(count, before);
    CHECK(evtchn_pending(far_end));
    evtchn_unmask(far_end);
    CHECK_EQ(count, before + 1);
    // And unmasked by the owner during one: only after it.
    long_storm();
    evtchn_mask(far_end);
    evtchn_unmask(far_end);
    before = count;
    evtchn_send(near_end);
    CHECK_EQ(count, before);
    held_for();
    CHECK_EQ(count, before + 1);

    // Closed while held; the next on that port is a new one.
    long_storm();
    CHECK_EQ(evtchn_close(far_end), 0);
    CHECK_EQ(evtchn_close(near_end), 0);
    CHECK_EQ(stats().holding, 0);
    pair_bind();
    before = stats().held;
    for (unsigned int i = 0; i < 2 * EVENTS_STORM; i++)
        evtchn_send(near_end);
    CHECK_EQ(count, 2 * EVENTS_STORM);
    CHECK_EQ(stats().held, before);
}
