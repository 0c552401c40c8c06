// SPDX-License-Identifier: BSD-3-Clause
// What every room of the C library shares: the way from the negative errno of the kernel's rooms to
// the convention of libc.
#ifndef MINLIBC_LIBC_H
#define MINLIBC_LIBC_H

#include <errno.h>
#include <sys/types.h>
#include <halvm/types.h>

// Set errno to err (positive) and return -1.
static inline int libc_fail(int err)
{
    errno = err;
    return -1;
}

// rc of the kernel's convention: a negative errno becomes errno and -1, anything else is passed
// through.
static inline long libc_result(long rc)
{
    if (rc >= 0)
        return rc;
    errno = (int)-rc;
    return -1;
}

#endif
