// SPDX-License-Identifier: BSD-3-Clause
// The devices under /dev.
#ifndef MINLIBC_FD_DEVICE_H
#define MINLIBC_FD_DEVICE_H

#include "fd/file.h"

struct device {
    const char *name;
    const struct file_ops *ops;
};

// The i-th device that this machine has, or NULL behind the last.
const struct device *device_nth(size_t i);

// Fill buf from the processor's random number generator: 0, -ENOSYS when it has none, -EIO when it
// fails.
int device_random(void *buf, size_t len);

#endif
