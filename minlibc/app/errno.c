// SPDX-License-Identifier: BSD-3-Clause
// errno: one per thread.
#include <errno.h>

static __thread int errno_value;

int *__errno_location(void)
{
    return &errno_value;
}
