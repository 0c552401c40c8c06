// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <stdio.h>

static unsigned passed, failed;

void check_that(int holds, const char *title)
{
    if (holds) {
        passed++;
        return;
    }
    failed++;
    printf("FAILED %s\n", title);
}

int check_sum(void)
{
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed || !passed;
}
