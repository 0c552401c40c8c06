// SPDX-License-Identifier: BSD-3-Clause
// The kernel's own ports have limits. Honest traffic never reaches them. When the console's or
// xenstore's port fires without work it is slowed and that is reported; output, requests and
// watches go on meanwhile, and after them holds are short again. The storm is made here: a bit set
// in the page shared with Xen, and Xen asked to look at it, is what a sender's event is.
#include <string.h>

#include <arch/arch.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include "../common/test.h"

const char test_title[] = "storms on the console's and xenstore's ports";

#define REQUESTS  (EVENTS_STORM + 50)
#define LINES     200
#define WORD_BITS (8 * sizeof(xen_ulong_t))

static struct events_stats stats(void)
{
    struct events_stats s;

    events_get_stats(&s);
    return s;
}

static void fire(evtchn_t port)
{
    evtchn_mask(port);
    __atomic_fetch_or(&shared_info->evtchn_pending[port / WORD_BITS],
                      (xen_ulong_t)1 << port % WORD_BITS, __ATOMIC_SEQ_CST);
    evtchn_unmask(port);
}

static bool request(void)
{
    char name[100];

    return xs_read_string("name", name, sizeof(name), NULL) > 0;
}

// More than the ring has room for, so that it needs the backend's events. Nobody's input does.
static bool output(void)
{
    static const char line[] = "a line of sixty-four bytes, of which two hundred are 12 KiB....\n";

    for (unsigned int i = 0; i < LINES; i++) {
        if (console_write(line, sizeof(line) - 1) != sizeof(line) - 1)
            return false;
    }
    return true;
}

static void honest(void)
{
    for (unsigned int i = 0; i < REQUESTS; i++) {
        if (!CHECK(request()))
            return;
    }
    CHECK(output());
    CHECK_EQ(stats().held, 0);
}

// Fire until it is held; how many events that took.
static unsigned int storm(evtchn_t port)
{
    uint64_t before = stats().held;
    unsigned int n = 0;

    while (stats().held == before && n < 3 * EVENTS_STORM) {
        fire(port);
        n++;
    }
    CHECK_EQ(stats().held, before + 1);
    return n;
}

static ns_t held_for(void)
{
    ns_t start = time_monotonic();

    while (stats().holding && time_monotonic() < start + 10 * NS_PER_SEC)
        thread_sleep_until(time_monotonic() + EVENTS_TICK_NS / 4);
    return time_monotonic() - start;
}

static void slowed(evtchn_t port, bool (*work)(void))
{
    ns_t last = 0, first;

    CHECK(work());
    held_for();
    // What dom0 still takes would be work.
    CHECK_EQ(console_drain(time_monotonic() + 10 * NS_PER_SEC), 0);
    thread_sleep_until(time_monotonic() + NS_PER_SEC / 10);
    // Some of the row may have been dom0's.
    CHECK(storm(port) >= EVENTS_STORM / 2);
    first = held_for();
    for (unsigned int i = 1; i < 9; i++) {
        storm(port);
        last = held_for();
    }
    CHECK(last >= 100 * EVENTS_TICK_NS && last > first);
    // Held for long: what was asked for comes all the same.
    storm(port);
    CHECK_EQ(stats().holding, 1);
    CHECK(work());
    held_for();
    CHECK(work());
    storm(port);
    CHECK(held_for() < last / 2);
}

void test_main(void)
{
    CHECK(request());
    honest();
    printk("xenstore's is port %u, the console's %u\n", boot_info->store_port,
           boot_info->console_port);
    slowed(boot_info->store_port, request);
    slowed(boot_info->console_port, output);
}
