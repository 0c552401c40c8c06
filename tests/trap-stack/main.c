// SPDX-License-Identifier: BSD-3-Clause
// A page that faults lies below each stack: running over the end is told as that, and touches
// nothing else.
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "a stack overflow dies on the guard page";

static __attribute__((noinline)) int deeper(int n)
{
    volatile char frame[200];

    frame[0] = n;
    return n < 0 ? 0 : deeper(n + 1) + frame[0];
}

static void *run(void *arg)
{
    return (void *)(uintptr_t)deeper((uintptr_t)arg & 1);
}

void test_main(void)
{
    static const struct thread_attr attr = {.name = "digger", .stack_size = THREAD_STACK_MIN};
    struct thread *t;

    CHECK_EQ(thread_create(&t, run, NULL, &attr), 0);
    thread_join(t, NULL);
    test_failure("the recursion ended");
}
