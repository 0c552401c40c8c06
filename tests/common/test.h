// SPDX-License-Identifier: BSD-3-Clause
// What a self-test kernel is made of: a title, test_main(), and reports. A test that returns has
// succeeded unless it reported something else; the most severe report counts. The runner
// (tests/run) adds what a kernel cannot say of itself: crash, time-out.
#ifndef TEST_H
#define TEST_H

#include <halvm/console.h>
#include <halvm/types.h>

extern const char test_title[];
void test_main(void);

enum test_status { TEST_SUCCESS, TEST_SKIP, TEST_ERROR, TEST_FAILURE };

// Record a status with its reason. ERROR is the test's own fault, FAILURE that of what it tests.
void test_report(enum test_status status, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define test_skip(...)    test_report(TEST_SKIP, __VA_ARGS__)
#define test_error(...)   test_report(TEST_ERROR, __VA_ARGS__)
#define test_failure(...) test_report(TEST_FAILURE, __VA_ARGS__)

// A failure, with its place, unless cond holds. The value is cond's.
#define CHECK(cond)                                               \
    ({                                                            \
        bool check_ok_ = (cond);                                  \
        if (!check_ok_)                                           \
            test_failure("%s:%d: %s", __FILE__, __LINE__, #cond); \
        check_ok_;                                                \
    })

// The same for two integers that should be equal, showing both.
#define CHECK_EQ(a, b)                                                                        \
    ({                                                                                        \
        long long check_a_ = (long long)(a), check_b_ = (long long)(b);                       \
        if (check_a_ != check_b_)                                                             \
            test_failure("%s:%d: %s is %ld, not %ld", __FILE__, __LINE__, #a, (long)check_a_, \
                         (long)check_b_);                                                     \
        check_a_ == check_b_;                                                                 \
    })

#endif
