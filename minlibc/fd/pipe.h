// SPDX-License-Identifier: BSD-3-Clause
#ifndef MINLIBC_FD_PIPE_H
#define MINLIBC_FD_PIPE_H

#include "fd/file.h"

// How much a read end would give at once. 0 or -ENOTTY when f is not the end of a pipe.
int pipe_bytes_available(struct file *f, int *out);

#endif
