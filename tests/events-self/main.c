// SPDX-License-Identifier: BSD-3-Clause
// A channel whose both ends are ours: sent events arrive once each, masked ones wait, pending is
// clear when the handler runs, an event sent from the handler is not lost, a closed port is an
// error. In both formats: the variation -fifo.
#include <arch/hypercall.h>
#include <string.h>
#include <xen/errno.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "events to oneself";

#define ROUNDS 20000

static volatile unsigned long count, was_pending, again;
static evtchn_t near_end, far_end;

static void handler(evtchn_t port, void *arg)
{
    was_pending += evtchn_pending(port);
    if (arg != (void *)&count)
        was_pending += 1000000;
    count++;
    if (again) {
        again--;
        evtchn_send(near_end);
    }
}

static void nothing(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
}

void test_main(void)
{
    struct events_stats before, after;
    unsigned long flags;
    long rc;

    events_get_stats(&before);
    CHECK_EQ(before.fifo, strstr(boot_info->cmdline, "halvm.events=fifo") != NULL);

    rc = evtchn_alloc_unbound(DOMID_SELF, handler, (void *)&count);
    if (!CHECK(rc > 0))
        return;
    far_end = rc;
    rc = evtchn_bind_interdomain(DOMID_SELF, far_end, nothing, NULL);
    if (!CHECK(rc > 0))
        return;
    near_end = rc;
    count = 0; // binding raises one event at the far end

    for (unsigned long i = 1; i <= ROUNDS; i++) {
        CHECK_EQ(evtchn_send(near_end), 0);
        CHECK_EQ(count, i);
    }
    CHECK_EQ(was_pending, 0);

    // The port's mask.
    evtchn_mask(far_end);
    evtchn_send(near_end);
    evtchn_send(near_end);
    CHECK_EQ(count, ROUNDS);
    CHECK(evtchn_pending(far_end));
    evtchn_unmask(far_end);
    CHECK_EQ(count, ROUNDS + 1);

    // The vCPU's.
    flags = sched_lock();
    evtchn_send(near_end);
    CHECK_EQ(count, ROUNDS + 1);
    sched_unlock(flags);
    CHECK_EQ(count, ROUNDS + 2);

    // Sent while handled.
    again = 1000;
    evtchn_send(near_end);
    CHECK_EQ(count, ROUNDS + 2 + 1001);

    // A port that nobody handles is masked, counted and otherwise ignored.
    events_get_stats(&before);
    CHECK_EQ(evtchn_close(near_end), 0);
    CHECK_EQ(evtchn_send(near_end), -XEN_EINVAL);
    CHECK_EQ(evtchn_close(far_end), 0);
    CHECK(evtchn_close(far_end) < 0);
    CHECK(evtchn_attach(0, handler, NULL) < 0);
    CHECK(evtchn_attach(before.ports, handler, NULL) < 0);
    events_get_stats(&after);
    CHECK_EQ(after.unwanted, before.unwanted);
    CHECK(evtchn_bind_virq(24, 0, handler, NULL) < 0);
}
