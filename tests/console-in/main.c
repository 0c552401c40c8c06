// SPDX-License-Identifier: BSD-3-Clause
// Console input arrives complete and in order; waiting for it takes no CPU time and can time out.
#include <xen/errno.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "console input";

#define EXPECTED_LINES 200
#define MS             1000000ULL

void test_main(void)
{
    static char buf[64 * 1024];
    size_t len = 0;
    unsigned int lines = 0;
    ns_t deadline = time_monotonic() + 30000 * MS;

    while (lines < EXPECTED_LINES) {
        long n = console_read(buf + len, sizeof(buf) - len, deadline);

        if (n <= 0) {
            test_failure("console_read: %ld after %zu bytes, %u lines", n, len, lines);
            return;
        }
        for (long i = 0; i < n; i++)
            lines += buf[len + i] == '\n' || buf[len + i] == '\r';
        len += n;
    }
    // Line i of the file is "input line i" and i dots.
    for (unsigned int i = 0, at = 0; i < EXPECTED_LINES; i++) {
        char want[300];
        int n = ksnprintf(want, sizeof(want), "input line %u ", i);

        for (unsigned int j = 0; j < i; j++)
            want[n++] = '.';
        for (int j = 0; j < n; j++, at++) {
            if (buf[at] != want[j]) {
                test_failure("line %u, column %d: %x, not %x", i, j, buf[at], want[j]);
                return;
            }
        }
        at++;
    }
    CHECK(!console_readable());
    CHECK_EQ(console_read(buf, 1, time_monotonic() + 50 * MS), -XEN_ETIMEDOUT);
    CHECK_EQ(console_read(buf, 1, 0), -XEN_ETIMEDOUT);
}
