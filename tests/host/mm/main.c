// SPDX-License-Identifier: BSD-3-Clause
#include <stdlib.h>

#include "host.h"

// mm-test FACTOR SEED: FACTOR times the usual number of steps.
int main(int argc, char **argv)
{
    unsigned int factor = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;

    host_seed = (argc > 2 ? strtoul(argv[2], NULL, 0) : 1) * 0x9e3779b97f4a7c15ULL | 1;
    test_frames(factor);
    test_space(factor);
    return host_summary();
}
