// SPDX-License-Identifier: BSD-3-Clause
// Counting of the checks, and the groups of them.
#ifndef CHECK_H
#define CHECK_H

// Counts a check; a failed one is printed with its title.
void check_that(int holds, const char *title);
// Prints the sum; what main() returns.
int check_sum(void);

// count points a function and format; only the function of that name unless null
void test_accuracy(unsigned count, const char *only);
void test_special(void);

#endif
