// SPDX-License-Identifier: BSD-3-Clause
// minlibm-test [POINTS [SEED [FUNCTION]]]: exit status 1 when a check fails.
#include "check.h"
#include "points.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], 0, 10) : 20000;
    points_seed(argc > 2 ? strtoull(argv[2], 0, 10) : 1);
    const char *only = argc > 3 ? argv[3] : 0;
    if (!only)
        test_special();
    test_accuracy(count, only);
    return check_sum();
}
