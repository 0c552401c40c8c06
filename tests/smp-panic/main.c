// SPDX-License-Identifier: BSD-3-Clause
// A fault on one vCPU while others run and print: its report comes out whole, nobody else's output
// gets into it, and the guest ends.
#include <arch/arch.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "a fault on another vCPU";

static void *chatter(void *arg)
{
    while (arg)
        printk("chatter\n");
    return NULL;
}

static volatile int *volatile nowhere = (volatile int *)8;

static void *fault(void *arg)
{
    CHECK_EQ(thread_pin((uintptr_t)arg), 0);
    thread_sleep_until(time_monotonic() + 20000000);
    *nowhere = 1;
    return NULL;
}

void test_main(void)
{
    struct thread_attr attr = {.name = "culprit"};
    struct thread *t;

    CHECK_EQ(thread_create(&t, fault, (void *)1, &attr), 0);
    CHECK_EQ(thread_create(&t, chatter, &t, NULL), 0);
    thread_join(t, NULL);
}
