// SPDX-License-Identifier: BSD-3-Clause
// Division by zero in C traps; it is a report, not a wrong number.
#include "../common/test.h"

const char test_title[] = "a division by zero dies";

void test_main(void)
{
    volatile int one = 1, zero = 0;

    test_failure("the quotient is %d", one / zero);
}
