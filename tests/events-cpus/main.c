// SPDX-License-Identifier: BSD-3-Clause
// Events on four vCPUs: IPIs and moved ports arrive where they belong; while a port wanders and all
// vCPUs send to it, its handler never runs twice at once and no event is lost; closing waits for a
// handler that runs elsewhere; a handler may close its own port. The variation -2l: the same in the
// 2-level format.
#include <arch/config.h>
#include <arch/cpu.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "events on several vCPUs";

#define MS     1000000ULL
#define CPUS   4
#define EVENTS 3000

static volatile unsigned long hits[CPUS], total;
static evtchn_t near_end, far_end;

static void where(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
    hits[this_cpu()->id]++;
    total++;
}

static void nothing(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
}

static bool await(const volatile unsigned long *p, unsigned long value)
{
    ns_t deadline = time_monotonic() + 20 * NS_PER_SEC;

    while (__atomic_load_n(p, __ATOMIC_ACQUIRE) < value) {
        if (time_monotonic() > deadline)
            return false;
        arch_pause();
    }
    return true;
}

static bool pair_bind(evtchn_handler *fn)
{
    long rc = evtchn_alloc_unbound(DOMID_SELF, fn, NULL);

    if (!CHECK(rc > 0))
        return false;
    far_end = rc;
    rc = evtchn_bind_interdomain(DOMID_SELF, far_end, nothing, NULL);
    near_end = rc;
    return CHECK(rc > 0);
}

static void check_places(void)
{
    for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
        long ipi = evtchn_bind_ipi(cpu, where, NULL);

        if (!CHECK(ipi > 0))
            return;
        for (unsigned int i = 1; i <= 100; i++) {
            unsigned long before = hits[cpu];

            CHECK_EQ(evtchn_send(ipi), 0);
            CHECK(await(&hits[cpu], before + 1));
        }
        CHECK_EQ(total, 100 * (cpu + 1));
        CHECK(evtchn_bind_cpu(ipi, 0) < 0); // an IPI stays where it is
        CHECK_EQ(evtchn_close(ipi), 0);
    }
    if (!pair_bind(where))
        return;
    CHECK(evtchn_bind_cpu(far_end, CPUS) < 0);
    for (unsigned int i = 0; i < 200; i++) {
        unsigned int cpu = i * 7 % CPUS;
        unsigned long before = hits[cpu];

        CHECK_EQ(evtchn_bind_cpu(far_end, cpu), 0);
        CHECK_EQ(evtchn_send(near_end), 0);
        CHECK(await(&hits[cpu], before + 1));
    }
    // Sent while masked, moved, unmasked: it arrives at the new place.
    for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
        unsigned long before = hits[cpu];

        evtchn_mask(far_end);
        evtchn_send(near_end);
        CHECK_EQ(evtchn_bind_cpu(far_end, cpu), 0);
        evtchn_unmask(far_end);
        CHECK(await(&hits[cpu], before + 1));
    }
    CHECK_EQ(evtchn_close(near_end), 0);
    CHECK_EQ(evtchn_close(far_end), 0);
}

static unsigned long sent, seen, running, overlaps, calls;
static volatile bool stop;

static void busy(evtchn_t port, void *arg)
{
    (void)port;
    (void)arg;
    overlaps += __atomic_exchange_n(&running, 1, __ATOMIC_SEQ_CST);
    calls++;
    __atomic_store_n(&seen, __atomic_load_n(&sent, __ATOMIC_SEQ_CST), __ATOMIC_SEQ_CST);
    for (unsigned int i = 0; i < 200; i++)
        arch_pause();
    __atomic_store_n(&running, 0, __ATOMIC_SEQ_CST);
}

static void *sender(void *arg)
{
    unsigned long mine;

    thread_pin((uintptr_t)arg);
    for (unsigned int i = 0; i < EVENTS; i++) {
        mine = __atomic_add_fetch(&sent, 1, __ATOMIC_SEQ_CST);
        evtchn_send(near_end);
        // Now and then wait for it, so that the port is found in every state.
        if (i % 16 == 0 && !await(&seen, mine)) {
            test_failure("event %lu of %lu was lost", mine, sent);
            break;
        }
    }
    return NULL;
}

static void *mover(void *arg)
{
    (void)arg;
    for (unsigned int i = 0; !stop; i++) {
        evtchn_bind_cpu(far_end, i % CPUS);
        thread_sleep_until(time_monotonic() + MS / 4);
    }
    return NULL;
}

static void check_moving(void)
{
    struct thread *t[CPUS], *m;

    if (!pair_bind(busy))
        return;
    thread_create(&m, mover, NULL, NULL);
    for (uintptr_t i = 0; i < CPUS; i++)
        thread_create(&t[i], sender, (void *)i, NULL);
    for (unsigned int i = 0; i < CPUS; i++)
        thread_join(t[i], NULL);
    CHECK(await(&seen, sent));
    stop = true;
    thread_join(m, NULL);
    CHECK_EQ(overlaps, 0);
    CHECK_EQ(sent, CPUS * EVENTS);
    printk("%lu events in %lu calls\n", sent, calls);
    CHECK_EQ(evtchn_close(near_end), 0);
    CHECK_EQ(evtchn_close(far_end), 0);
}

static unsigned long entered, left;

static void slow(evtchn_t port, void *arg)
{
    ns_t until = time_monotonic() + 30 * MS;

    (void)port;
    (void)arg;
    entered++;
    while (time_monotonic() < until)
        arch_pause();
    __atomic_store_n(&left, entered, __ATOMIC_SEQ_CST);
}

static void closes_itself(evtchn_t port, void *arg)
{
    (void)arg;
    evtchn_close(port);
    left++;
}

static void check_closing(void)
{
    thread_pin(0);
    for (unsigned int i = 1; i <= 5; i++) {
        if (!pair_bind(slow))
            return;
        evtchn_bind_cpu(far_end, 1 + i % (CPUS - 1));
        evtchn_send(near_end);
        CHECK(await(&entered, i));
        CHECK_EQ(evtchn_close(far_end), 0);
        CHECK_EQ(__atomic_load_n(&left, __ATOMIC_SEQ_CST), entered);
        CHECK_EQ(evtchn_close(near_end), 0);
    }
    left = 0;
    for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
        long ipi = evtchn_bind_ipi(cpu, closes_itself, NULL);

        CHECK_EQ(evtchn_send(ipi), 0);
        CHECK(await(&left, cpu + 1));
        CHECK(evtchn_send(ipi) < 0);
    }
}

void test_main(void)
{
    struct events_stats stats;

    if (!CHECK_EQ(sched_cpus(), CPUS))
        return;
    events_get_stats(&stats);
    // pv32 runs under xen-shim, which has no FIFO.
    CHECK_EQ(stats.fifo, !(CONFIG_PV && !CONFIG_64BIT) && !boot_option("halvm.events=2l"));
    total = 0;
    check_places();
    check_moving();
    check_closing();
    events_get_stats(&stats);
    CHECK_EQ(stats.unwanted, 0);
}
