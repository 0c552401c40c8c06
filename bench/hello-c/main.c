// SPDX-License-Identifier: BSD-3-Clause
// What a guest costs at least: one line through the C library, and the end.
#include <stdio.h>

int main(void)
{
    puts("Hello, world!");
    return 0;
}
