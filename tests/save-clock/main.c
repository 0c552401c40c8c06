// SPDX-License-Identifier: BSD-3-Clause
// Whoever reads a clock while the guest is suspended reads one time, not a mixture of two. A thread
// does nothing but read, so that each suspension finds it at it, and the first one comes before the
// guest has lived as long as it lies still: a mixture would be a time before its beginning.
#include "../common/test.h"

#include <halvm/time.h>

const char test_title[] = "clocks being read during suspension";

#define ROUNDS 3
#define HOUR   (3600 * NS_PER_SEC)
#define DOWN   (2 * NS_PER_SEC) // a suspension lasts longer

void test_main(void)
{
    ns_t last = time_monotonic(), apart = time_wall() - last;

    for (int i = 1; i <= ROUNDS; i++) {
        bool suspended = false;

        printk("ready for %d\n", i);
        while (!suspended) {
            ns_t now = time_monotonic();
            ns_t ahead = time_wall() - now; // grows by what passes between the two
            bool whole = CHECK(now >= last && now < HOUR) &&
                         CHECK(ahead + NS_PER_SEC > apart && ahead < apart + HOUR);

            if (!whole)
                return;
            suspended = ahead > apart + DOWN;
            if (suspended)
                apart = ahead;
            last = now;
        }
        printk("round %d\n", i);
    }
}
