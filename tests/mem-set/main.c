// SPDX-License-Identifier: BSD-3-Clause
// `xl mem-set` takes memory from a running guest and gives it more than it began with; the guest
// does it by itself, and can use what comes.
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "xl mem-set, down and up";

#define MIB 256UL // frames

static size_t total(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_total;
}

// Within a MiB or two: the toolstack counts pages that are no RAM of the guest's.
static bool await_total(size_t frames)
{
    ns_t deadline = time_monotonic() + 30 * NS_PER_SEC;

    while ((total() > frames + 2 * MIB || total() < frames - 2 * MIB) &&
           time_monotonic() < deadline)
        thread_sleep_until(time_monotonic() + 50000000);
    printk("now %lu KiB\n", (unsigned long)total() * 4);
    return total() <= frames + 2 * MIB && total() >= frames - 2 * MIB;
}

void test_main(void)
{
    size_t start, len = 60 * MIB << PAGE_SHIFT;
    char *p;

    thread_sleep_until(time_monotonic() + 1500000000); // the balloon's thread has begun
    start = total();
    CHECK(vm_alloc(len, VM_READ | VM_WRITE) == NULL);
    printk("ready\n");
    CHECK(await_total(start - 16 * MIB));
    printk("less\n");
    CHECK(await_total(start + 40 * MIB));
    p = vm_alloc(len, VM_READ | VM_WRITE);
    if (CHECK(p != NULL)) {
        for (size_t i = 0; i < len; i += PAGE_SIZE)
            p[i] = 1;
        CHECK_EQ(vm_release(p, len), 0);
    }
    printk("more\n");
    CHECK(await_total(start));
    printk("back\n");
}
