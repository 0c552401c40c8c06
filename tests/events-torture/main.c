// SPDX-License-Identifier: BSD-3-Clause
// Lost wake-ups, looked for between two guests: each counts up in a shared page, sends an event for
// every count, and sleeps until the other is near enough, with nothing but the event to wake it. A
// single event that is lost stops both, and is reported by its number. In between the port is
// masked and unmasked, and the distance that is allowed changes, so that events meet the receiver
// in every state. `rounds=N` on the command line: N events each way. Variations: -fifo, -million.
#include <stdlib.h>
#include <string.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include "../common/pair.h"

const char test_title[] = "lost wake-ups between two guests";

#define STUCK_NS (100 * NS_PER_SEC)

// Each guest writes its own line.
struct shared {
    struct {
        uint32_t count;
        uint32_t pad[31];
    } line[2];
};

static struct shared *shared;
static struct waitq waitq;
static evtchn_t port;
static uint32_t me;

static void handler(evtchn_t p, void *arg)
{
    (void)p;
    (void)arg;
    waitq_wake_all(&waitq);
}

static uint32_t theirs(void)
{
    return __atomic_load_n(&shared->line[!me].count, __ATOMIC_SEQ_CST);
}

static bool wait_until(uint32_t count)
{
    unsigned long flags;
    int rc = 0;

    if ((int32_t)(theirs() - count) >= 0)
        return true;
    flags = sched_lock();
    while ((int32_t)(theirs() - count) < 0 && !rc)
        rc = waitq_wait_locked(&waitq, time_monotonic() + STUCK_NS);
    sched_unlock(flags);
    return !rc;
}

static bool set_up(halvm_domid_t other)
{
    static struct grant_page map;
    uint32_t number;
    void *at;
    long rc;

    if (me == 0) {
        shared = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
        rc = grant_access(other, shared, false);
        if (!CHECK(rc > 0) || !pair_put("page", rc))
            return false;
        rc = evtchn_alloc_unbound(other, handler, NULL);
        if (!CHECK(rc > 0) || !pair_put("port", rc))
            return false;
    } else {
        if (!pair_get("page", &number))
            return false;
        map.ref = number;
        if (!CHECK_EQ(grant_map(other, &map, 1, false, &at), 0) || !pair_get("port", &number))
            return false;
        shared = at;
        rc = evtchn_bind_interdomain(other, number, handler, NULL);
        if (!CHECK(rc > 0))
            return false;
    }
    port = rc;
    return true;
}

static void torture(uint32_t rounds)
{
    ns_t start = time_monotonic();
    struct events_stats stats;
    uint32_t random = 12345 + me;

    for (uint32_t i = 1; i <= rounds; i++) {
        uint32_t distance;

        random = random * 1664525 + 1013904223;
        distance = (random >> 24) % 8 < 5 ? 0 : random >> 29;
        __atomic_store_n(&shared->line[me].count, i, __ATOMIC_SEQ_CST);
        CHECK_EQ(evtchn_send(port), 0);
        if ((random >> 16) % 64 == 0) {
            evtchn_mask(port);
            if (random >> 31)
                thread_yield();
            evtchn_unmask(port);
        }
        if (!wait_until(i > distance ? i - distance : 0)) {
            test_failure("event %u or one before it was lost: the other is at %u, pending %d",
                         (unsigned int)i, (unsigned int)theirs(), evtchn_pending(port));
            return;
        }
    }
    CHECK(wait_until(rounds));
    events_get_stats(&stats);
    printk("%u events each way in %lu ms, %lu upcalls, %s\n", (unsigned int)rounds,
           (unsigned long)((time_monotonic() - start) / 1000000), (unsigned long)stats.upcalls,
           stats.fifo ? "FIFO" : "2-level");
    CHECK_EQ(stats.unwanted, 0);
}

void test_main(void)
{
    const char *arg = strstr(boot_info->cmdline, "rounds=");
    halvm_domid_t other = 0;

    if (!pair_enter(&me, &other))
        return;
    if (set_up(other))
        torture(arg ? strtoul(arg + 7, NULL, 10) : 10000);
    pair_at("over");
}
