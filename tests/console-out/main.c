// SPDX-License-Identifier: BSD-3-Clause
// A megabyte through a ring of two KiB from four threads, ending at once after the last byte:
// nothing is lost, nothing twice, no line is torn by another thread's. The runner's part is in
// check.
#include <halvm/power.h>
#include <halvm/sched.h>
#include "../common/test.h"

const char test_title[] = "console output is complete";

#define WORKERS 4
#define LINES   2600

static void *writer(void *arg)
{
    char line[128];

    for (int i = 0; i < LINES; i++) {
        int n = ksnprintf(
            line, sizeof(line),
            "w%u line %05d abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 "
            "the quick brown fox\n",
            (unsigned int)(uintptr_t)arg, i);

        if (console_write(line, n) != n)
            test_failure("console_write");
    }
    return NULL;
}

void test_main(void)
{
    struct thread *t[WORKERS];

    for (uintptr_t i = 0; i < WORKERS; i++)
        CHECK_EQ(thread_create(&t[i], writer, (void *)i, NULL), 0);
    for (int i = 0; i < WORKERS; i++)
        thread_join(t[i], NULL);
}
