// SPDX-License-Identifier: BSD-3-Clause
// Six MiB are enough for a C kernel under PV. (PVH cannot be had as small: xl itself fails below 18
// MiB.)
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "a guest of 6 MiB";

void test_main(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    printk("%zu of %zu frames free\n", s.frames_free, s.frames_total);
    CHECK(s.frames_total == 6 * 256);
    CHECK(s.frames_free > 512);
}
