// SPDX-License-Identifier: BSD-3-Clause
// `xl shutdown` of a program that has said nothing about it: exit handlers run, output is flushed,
// and the end is a power-off.
#include "../common/test.h"

#include <halvm/sched.h>
#include <stdio.h>
#include <stdlib.h>

const char test_title[] = "shutdown by the toolstack";

static void at_exit(void)
{
    printf("exit handler\nverdict: SUCCESS\n");
}

void test_main(void)
{
    atexit(at_exit);
    setvbuf(stdout, NULL, _IOFBF, 4096);
    printf("flushed at the end\n");
    printk("ready\n");
    thread_sleep_until(NS_NEVER);
}
