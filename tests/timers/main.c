// SPDX-License-Identifier: BSD-3-Clause
// One-shot timers: never early, close to their time, in order, ten thousand at once, stopped ones
// do not fire, past ones fire at once, and time does not go back.
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "timers and the monotonic clock";

#define MANY 10000
#define MS   1000000ULL

struct probe {
    struct timer timer;
    ns_t fired_at;
    unsigned int order, fired;
};

static unsigned int fired;

static void on_fire(struct timer *t)
{
    struct probe *p = container_of(t, struct probe, timer);

    p->fired_at = time_monotonic();
    p->order = fired++;
    p->fired++;
}

static void wait_until(ns_t t)
{
    while (time_monotonic() < t)
        thread_sleep_until(t);
}

static void test_monotone(void)
{
    ns_t last = time_monotonic();

    for (int i = 0; i < 100000; i++) {
        ns_t now = time_monotonic();

        if (now < last) {
            test_failure("time went back by %lu ns", (unsigned long)(last - now));
            return;
        }
        last = now;
    }
}

static void test_one(void)
{
    static struct probe p = {.timer.fn = on_fire};
    ns_t worst = 0;

    for (int i = 0; i < 20; i++) {
        ns_t due = time_monotonic() + 5 * MS;

        timer_start(&p.timer, due);
        wait_until(due + 5 * MS);
        CHECK_EQ(p.fired, i + 1);
        CHECK(p.fired_at >= due);
        if (p.fired_at - due > worst)
            worst = p.fired_at - due;
    }
    printk("one shot: at most %lu us late\n", (unsigned long)(worst / 1000));
    // An emulated machine that shares its host: a bound that only a lost or rounded timer breaks.
    CHECK(worst < 2000 * MS);
}

static void test_edges(void)
{
    static struct probe past = {.timer.fn = on_fire}, stopped = {.timer.fn = on_fire},
                        moved = {.timer.fn = on_fire};
    ns_t now = time_monotonic();

    timer_start(&past.timer, 0);
    // Far enough away that it is stopped in time on a machine that stands still now and then.
    timer_start(&stopped.timer, now + 1000 * MS);
    timer_start(&moved.timer, now + 10000 * MS);
    timer_start(&moved.timer, now + 10 * MS);
    CHECK(timer_stop(&stopped.timer));
    CHECK(!timer_stop(&stopped.timer));
    wait_until(now + 30 * MS);
    CHECK_EQ(past.fired, 1);
    CHECK_EQ(moved.fired, 1);
    CHECK(!timer_stop(&moved.timer));
    wait_until(now + 1020 * MS);
    CHECK_EQ(stopped.fired, 0);
}

static void test_many(void)
{
    struct probe *p = vm_alloc(MANY * sizeof(*p), VM_READ | VM_WRITE);
    ns_t start;
    uint32_t random = 1;
    unsigned int early = 0, wrong_order = 0, missing = 0;

    if (!p) {
        test_error("no memory");
        return;
    }
    start = time_monotonic() + 100 * MS;
    fired = 0;
    for (int i = 0; i < MANY; i++) {
        random = random * 1664525 + 1013904223;
        p[i].timer.fn = on_fire;
        timer_start(&p[i].timer, start + (random >> 8) % (500 * MS));
    }
    for (int i = 0; i < MANY; i += 4)
        timer_stop(&p[i].timer);
    wait_until(start + 600 * MS);
    for (int i = 0; i < MANY; i++) {
        missing += p[i].fired != (i % 4 ? 1 : 0);
        if (!p[i].fired)
            continue;
        early += p[i].fired_at < p[i].timer.deadline;
        for (int j = i - 50 > 0 ? i - 50 : 0; j < i; j++) {
            if (p[j].fired &&
                (p[j].timer.deadline < p[i].timer.deadline) != (p[j].order < p[i].order) &&
                p[j].timer.deadline != p[i].timer.deadline)
                wrong_order++;
        }
    }
    CHECK_EQ(missing, 0);
    CHECK_EQ(early, 0);
    CHECK_EQ(wrong_order, 0);
    vm_release(p, MANY * sizeof(*p));
}

void test_main(void)
{
    test_monotone();
    test_one();
    test_edges();
    test_many();
}
