// SPDX-License-Identifier: BSD-3-Clause
// Words `halvm.NAME=VALUE` of the command line reach the rooms they are for and not main(); all
// other words reach main() and no room; behind `--` all are the program's.
#include <stdlib.h>
#include <string.h>

#include <arch/config.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include "../common/test.h"

const char test_title[] = "options of the runtime on the command line";

static int count;
static char **words;

static void __attribute__((constructor)) keep(int argc, char **argv)
{
    count = argc;
    words = argv;
}

void test_main(void)
{
    static const char *const want[] = {
        "one", "events=2l",   "halvm.",          "--halvm.events=2l", "two words",
        "--",  "halvm.env.B", "halvm.events=2l", "halvm.env.C=3",
    };
    struct events_stats stats;

    CHECK_EQ(count, 1 + ARRAY_SIZE(want));
    for (int i = 1; i < count && i <= (int)ARRAY_SIZE(want); i++) {
        if (strcmp(words[i], want[i - 1]) != 0)
            test_failure("argument %d is '%s', not '%s'", i, words[i], want[i - 1]);
    }
    CHECK(words[count] == NULL);
    CHECK(getenv("A") && strcmp(getenv("A"), "1 2") == 0);
    CHECK(!getenv("B") && !getenv("C"));
    CHECK(boot_option("halvm.aslr=off") && boot_option("halvm.events=fifo"));
    CHECK(!boot_option("halvm.events=2l"));
    // pv32 runs under xen-shim, which has no FIFO.
    events_get_stats(&stats);
    CHECK(stats.fifo || (CONFIG_PV && !CONFIG_64BIT));
}
