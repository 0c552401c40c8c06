// SPDX-License-Identifier: BSD-3-Clause
#ifndef MINLIBC_FD_EPOLL_H
#define MINLIBC_FD_EPOLL_H

#include "fd/file.h"

// The file goes away: take it out of every epoll set.
void epoll_forget(struct file *f);

#endif
