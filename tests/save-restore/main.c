// SPDX-License-Identifier: BSD-3-Clause
// A guest that is saved and restored, or migrated, goes on where it was: threads that count under a
// mutex, timers and sleepers, memory of every protection, thread-local values, the console,
// xenstore watches and requests, and both clocks. dom0 saves and restores it `rounds` times (the
// first argument) while all that goes on.
#include "../common/test.h"

#include <halvm/boot.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <halvm/xenbus.h>
#include <stdlib.h>
#include <string.h>
#include <xen/errno.h>

const char test_title[] = "save and restore";

#define COUNTERS 4
#define SLEEPERS 4
#define PAGES    600
#define MS       (1000 * 1000ULL)

static volatile bool stop;
static struct mutex lock;
static uint64_t counts[COUNTERS], total;
static uint64_t sleeps[SLEEPERS], stores, ticks;
static __thread uint64_t own = 0x1234;

static void *counter(void *arg)
{
    uint64_t *count = &counts[(uintptr_t)arg];

    own += (uintptr_t)arg;
    while (!stop) {
        mutex_lock(&lock);
        ++*count;
        total++;
        mutex_unlock(&lock);
        if (own != 0x1234 + (uintptr_t)arg)
            return (void *)1;
        if (*count % 1000 == 0)
            thread_sleep_until(time_monotonic() + MS);
    }
    return NULL;
}

static void *sleeper(void *arg)
{
    uint64_t *n = &sleeps[(uintptr_t)arg];

    while (!stop) {
        ns_t wanted = time_monotonic() + (5 + (uintptr_t)arg * 7) * MS;

        thread_sleep_until(wanted);
        if (time_monotonic() < wanted)
            return (void *)1;
        ++*n;
    }
    return NULL;
}

// Writes and reads back without a pause: requests are in flight at any moment.
static void *storer(void *arg)
{
    char out[32], in[32], why[XS_WHY_MAX];
    struct xs_how how = {.why = why};
    long len;

    (void)arg;
    while (!stop) {
        ksnprintf(out, sizeof(out), "%lu", (unsigned long)stores);
        if (xs_write_string("data/store", out, &how)) {
            test_failure("%s", why);
            return (void *)1;
        }
        len = xs_read_string("data/store", in, sizeof(in), &how);
        // A new domain begins with an empty directory.
        if (len == -XEN_ENOENT)
            continue;
        if (len < 0 || strcmp(in, out)) {
            test_failure("%s", len < 0 ? why : "another value came back");
            return (void *)1;
        }
        stores++;
    }
    return NULL;
}

static void tick(struct timer *t)
{
    ticks++;
    if (!stop)
        timer_start(t, t->deadline + 3 * MS);
}

static struct {
    uint32_t *written, *constant, *hidden;
} memory;

static uint32_t pattern(size_t page)
{
    return (uint32_t)page * 2654435761u;
}

static bool memory_make(void)
{
    memory.written = vm_alloc(PAGES * PAGE_SIZE, VM_READ | VM_WRITE);
    memory.constant = vm_alloc(PAGES * PAGE_SIZE, VM_READ | VM_WRITE);
    memory.hidden = vm_alloc(PAGES * PAGE_SIZE, VM_READ | VM_WRITE);
    if (!memory.written || !memory.constant || !memory.hidden)
        return false;
    for (size_t p = 0; p < PAGES; p++) {
        size_t at = p * PAGE_SIZE / 4 + p % (PAGE_SIZE / 4);

        memory.written[at] = memory.constant[at] = memory.hidden[at] = pattern(p);
    }
    return !vm_protect(memory.constant, PAGES * PAGE_SIZE, VM_READ) &&
           !vm_protect(memory.hidden, PAGES * PAGE_SIZE, VM_NONE);
}

static void memory_check(void)
{
    unsigned int wrong = 0;

    CHECK_EQ(vm_protect(memory.hidden, PAGES * PAGE_SIZE, VM_READ), 0);
    for (size_t p = 0; p < PAGES; p++) {
        size_t at = p * PAGE_SIZE / 4 + p % (PAGE_SIZE / 4);

        wrong += memory.written[at] != pattern(p);
        wrong += memory.constant[at] != pattern(p);
        wrong += memory.hidden[at] != pattern(p);
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(vm_protect(memory.hidden, PAGES * PAGE_SIZE, VM_NONE), 0);
    // And it is memory that can be given back and taken again.
    CHECK_EQ(vm_decommit(memory.written, PAGES * PAGE_SIZE), 0);
    CHECK_EQ(vm_commit(memory.written, PAGES * PAGE_SIZE, VM_READ | VM_WRITE), 0);
    for (size_t p = 0; p < PAGES; p++)
        memory.written[p * PAGE_SIZE / 4 + p % (PAGE_SIZE / 4)] = pattern(p);
}

static unsigned int restores, cancels;
static ns_t mono_before, wall_before;
static struct waitq resumed;

static int on_suspend(struct suspend_hook *h)
{
    (void)h;
    mono_before = time_monotonic();
    wall_before = time_wall();
    return 0;
}

static void on_resume(struct suspend_hook *h, bool cancelled)
{
    ns_t mono = time_monotonic() - mono_before;
    ns_t wall = time_wall() - wall_before;

    (void)h;
    // Monotonic time stood still while nobody ran; the wall clock followed the world's.
    CHECK(mono < 20 * NS_PER_SEC);
    CHECK(wall + NS_PER_SEC / 2 > mono && wall < 600 * NS_PER_SEC);
    if (cancelled)
        cancels++;
    else
        restores++;
    waitq_wake_all(&resumed);
}

struct progress {
    uint64_t counts[COUNTERS], sleeps[SLEEPERS], stores, ticks;
};

static struct progress progress(void)
{
    struct progress p = {.stores = stores, .ticks = ticks};

    memcpy(p.counts, counts, sizeof(counts));
    memcpy(p.sleeps, sleeps, sizeof(sleeps));
    return p;
}

// Everything moves, within some time.
static void check_progress(void)
{
    struct progress before = progress(), now;
    ns_t deadline = time_monotonic() + 20 * NS_PER_SEC;
    bool all;

    do {
        thread_sleep_until(time_monotonic() + 20 * MS);
        now = progress();
        all = now.stores > before.stores + 5 && now.ticks > before.ticks + 5;
        for (unsigned int i = 0; i < COUNTERS; i++)
            all = all && now.counts[i] > before.counts[i];
        for (unsigned int i = 0; i < SLEEPERS; i++)
            all = all && now.sleeps[i] > before.sleeps[i];
    } while (!all && time_monotonic() < deadline);
    if (!all)
        test_failure("not everything goes on: stores %lu ticks %lu",
                     (unsigned long)(now.stores - before.stores),
                     (unsigned long)(now.ticks - before.ticks));
}

static void check_watch(struct xs_queue *q)
{
    struct xs_watch *w;
    char path[64];

    // The event that comes with setting it again, then one of a change.
    while (!xs_next_event(q, &w, path, sizeof(path), time_monotonic() + 300 * MS))
        continue;
    CHECK_EQ(xs_write_string("data/watched/below", "", NULL), 0);
    if (CHECK_EQ(xs_next_event(q, &w, path, sizeof(path), time_monotonic() + 10 * NS_PER_SEC), 0))
        CHECK(strcmp(path, "data/watched/below") == 0);
}

void test_main(void)
{
    static struct suspend_hook hook = {.suspend = on_suspend, .resume = on_resume};
    static struct timer timer = {.fn = tick};
    static char buf[XS_QUEUE_MIN];
    unsigned int rounds = atoi(boot_info->cmdline);
    struct thread *threads[COUNTERS + SLEEPERS + 1];
    struct xs_queue queue;
    struct xs_watch watch;
    uint64_t sum = 0;
    unsigned int n = 0, last_cpu = 0;
    void *bad;

    if (!memory_make()) {
        test_error("no memory");
        return;
    }
    suspend_hook_add(&hook);
    xs_queue_init(&queue, buf, sizeof(buf));
    CHECK_EQ(xs_watch(&watch, "data/watched", &queue, NULL), 0);
    for (uintptr_t i = 0; i < COUNTERS; i++)
        CHECK_EQ(thread_create(&threads[n++], counter, (void *)i, NULL), 0);
    for (uintptr_t i = 0; i < SLEEPERS; i++)
        CHECK_EQ(thread_create(&threads[n++], sleeper, (void *)i, NULL), 0);
    CHECK_EQ(thread_create(&threads[n++], storer, NULL, NULL), 0);
    timer_start(&timer, time_monotonic());
    if (sched_cpus() > 1) {
        last_cpu = sched_cpus() - 1;
        CHECK_EQ(cpu_stop(last_cpu), 0);
    }
    check_progress();
    check_watch(&queue);
    printk("ready\n");
    for (unsigned int round = 1; round <= rounds; round++) {
        unsigned long flags = sched_lock();
        int rc = 0;

        while (restores + cancels < round && !rc)
            rc = waitq_wait_locked(&resumed, time_monotonic() + 100 * NS_PER_SEC);
        sched_unlock(flags);
        if (!CHECK_EQ(rc, 0))
            break;
        check_progress();
        memory_check();
        check_watch(&queue);
        printk("round %u: restored %u, cancelled %u\n", round, restores, cancels);
        CHECK_EQ(xs_write_string("data/round", "done", NULL), 0);
    }
    if (last_cpu) {
        CHECK_EQ(cpu_start(last_cpu), 0);
        CHECK_EQ(thread_pin(last_cpu), 0);
        check_progress();
        thread_unpin();
    }
    stop = true;
    for (unsigned int i = 0; i < n; i++) {
        thread_join(threads[i], &bad);
        CHECK(!bad);
    }
    for (unsigned int i = 0; i < COUNTERS; i++)
        sum += counts[i];
    CHECK_EQ(sum, total);
}
