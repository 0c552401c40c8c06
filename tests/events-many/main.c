// SPDX-License-Identifier: BSD-3-Clause
// Thousands of ports. They begin in the 2-level format, and when it has no more, the format changes
// under those that are bound: events that were pending then, masked or not, are not lost, and every
// port works on. With halvm.env.PAIRS=all (a variation) it goes on until Xen has no more, which is
// its limit for the domain, and says which port was the highest. With `halvm.events=2l` (the
// variation) running out of ports is an error. Then priorities, and the order of events within one.
#include <stdlib.h>
#include <string.h>
#include <xen/errno.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"
#include <arch/arch.h>
#include <arch/xen.h>
#include <xen/event_channel.h>

const char test_title[] = "thousands of event channels";

#define PAIRS 4500
#define ALL   (EVTCHN_FIFO_NR_CHANNELS / 2)

static evtchn_t highest;

static struct pair {
    evtchn_t near_end, far_end;
    unsigned int count;
} * pairs;

// At once on a processor; software emulation of SVM at times leaves it to the next exit to Xen.
static bool arrives(const struct pair *p)
{
    ns_t deadline = time_monotonic() + NS_PER_SEC;

    while (!READ_ONCE(p->count) && time_monotonic() < deadline)
        arch_pause();
    return READ_ONCE(p->count) != 0;
}

static void counts(evtchn_t port, void *arg)
{
    struct pair *p = arg;

    if (port == p->far_end)
        p->count++;
}

static void nothing(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
}

// 0 or -errno.
static int pair_bind(struct pair *p)
{
    long rc = evtchn_alloc_unbound(DOMID_SELF, counts, p);

    if (rc < 0)
        return rc;
    p->far_end = highest = rc;
    rc = evtchn_bind_interdomain(DOMID_SELF, p->far_end, nothing, NULL);
    if (rc < 0) {
        evtchn_close(p->far_end);
        return rc;
    }
    p->near_end = highest = rc;
    return 0;
}

static struct events_stats stats(void)
{
    struct events_stats s;

    events_get_stats(&s);
    return s;
}

static evtchn_t order[8];
static unsigned int ordered;

static void in_order(evtchn_t port, void *arg)
{
    (void)arg;
    if (ordered < 8)
        order[ordered++] = port;
}

static void check_priorities(void)
{
    static const unsigned int prios[] = {15, 7, 7, 0, 8, 7, 3};
    static const unsigned int expected[] = {3, 6, 1, 2, 5, 4, 0};
    evtchn_t far[7], near[7];
    unsigned long flags;

    for (unsigned int i = 0; i < 7; i++) {
        far[i] = evtchn_alloc_unbound(DOMID_SELF, in_order, NULL);
        near[i] = evtchn_bind_interdomain(DOMID_SELF, far[i], nothing, NULL);
        CHECK_EQ(evtchn_set_priority(far[i], prios[i]), 0);
    }
    CHECK(evtchn_set_priority(far[0], 16) < 0);
    ordered = 0;
    flags = sched_lock();
    for (unsigned int i = 0; i < 7; i++)
        evtchn_send(near[i]);
    CHECK_EQ(ordered, 0);
    sched_unlock(flags);
    CHECK_EQ(ordered, 7);
    for (unsigned int i = 0; i < 7; i++)
        CHECK_EQ(order[i], far[expected[i]]);
    for (unsigned int i = 0; i < 7; i++) {
        CHECK_EQ(evtchn_close(near[i]), 0);
        CHECK_EQ(evtchn_close(far[i]), 0);
    }
}

void test_main(void)
{
    bool only_2l = strstr(boot_info->cmdline, "halvm.events=2l") != NULL;
    bool all = getenv("PAIRS") && strcmp(getenv("PAIRS"), "all") == 0;
    unsigned int n, few, want = all ? ALL : PAIRS, wrong = 0;
    int rc = 0;

    pairs = vm_alloc(want * sizeof(*pairs), VM_READ | VM_WRITE);
    if (!CHECK(pairs != NULL))
        return;
    CHECK(!stats().fifo);
    few = stats().ports / 4; // pairs that take half of the ports
    for (n = 0; n < few; n++) {
        if (!CHECK_EQ(pair_bind(&pairs[n]), 0))
            return;
    }
    // Some wait, masked, while the format changes.
    for (unsigned int i = 0; i < few; i++) {
        pairs[i].count = 0;
        if (i % 3 == 0)
            evtchn_mask(pairs[i].far_end);
        if (i % 2 == 0)
            evtchn_send(pairs[i].near_end);
    }
    for (; n < want && !rc; n++) {
        rc = pair_bind(&pairs[n]);
        if (all && n % 5000 == 0)
            printk("%u pairs\n", n);
    }
    if (all) {
        printk("the highest port is %u\n", highest);
        CHECK_EQ(rc, -XEN_ENOSPC);
        CHECK(stats().fifo);
        n--;
    } else if (only_2l) {
        CHECK_EQ(rc, -XEN_ENOSPC);
        CHECK(!stats().fifo);
        CHECK_EQ(evtchn_set_priority(pairs[0].far_end, 3), -XEN_ENOSYS);
        n--;
    } else if (!CHECK_EQ(rc, 0) || !CHECK(stats().fifo)) {
        return;
    }
    printk("%u pairs, the last port is %u\n", n, pairs[n - 1].near_end);
    CHECK(pairs[n - 1].near_end < stats().ports);
    CHECK(only_2l || pairs[n - 1].near_end >= 2 * PAIRS);

    for (unsigned int i = 0; i < few; i++) {
        wrong += i % 3 == 0 ? pairs[i].count != 0 : i % 2 == 0 && pairs[i].count == 0;
        wrong += i % 6 == 0 && !evtchn_pending(pairs[i].far_end);
    }
    CHECK_EQ(wrong, 0);
    for (unsigned int i = 0; i < few; i++) {
        evtchn_unmask(pairs[i].far_end);
        wrong += i % 2 == 0 && pairs[i].count == 0;
    }
    CHECK_EQ(wrong, 0);
    for (unsigned int round = 0; round < 3; round++) {
        for (unsigned int i = 0; i < n; i++) {
            pairs[i].count = 0;
            evtchn_send(pairs[i].near_end);
            wrong += !arrives(&pairs[i]);
        }
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(stats().unwanted, 0);
    if (!only_2l && !all)
        check_priorities();
    for (unsigned int i = 0; i < n; i++)
        wrong += evtchn_close(pairs[i].near_end) || evtchn_close(pairs[i].far_end);
    CHECK_EQ(wrong, 0);
    // What is closed can be had again.
    CHECK_EQ(pair_bind(&pairs[0]), 0);
    pairs[0].count = 0;
    evtchn_send(pairs[0].near_end);
    CHECK(arrives(&pairs[0]));
    CHECK_EQ(pairs[0].count, 1);
}
