// SPDX-License-Identifier: BSD-3-Clause
// `xl reboot`: a handler of SIGTERM is called and ends the program with a status of its own choice;
// the end is a reboot all the same, and no crash.
#include "../common/test.h"

#include <halvm/sched.h>
#include <signal.h>
#include <stdlib.h>

const char test_title[] = "reboot by the toolstack";

static void on_term(int sig)
{
    printk("signal %d\n", sig);
    exit(3);
}

void test_main(void)
{
    signal(SIGTERM, on_term);
    printk("ready\n");
    thread_sleep_until(NS_NEVER);
}
