// SPDX-License-Identifier: BSD-3-Clause
// The console as a terminal: what descriptors 0, 1 and 2 refer to at the start, and /dev/console
// and /dev/tty open.
#ifndef MINLIBC_FD_TTY_H
#define MINLIBC_FD_TTY_H

#include <termios.h>

#include "fd/file.h"

// Shared by 0, 1 and 2, never released.
extern struct file tty_file;
extern const struct file_ops tty_ops;

void tty_get(struct termios *t);
// discard: drop input that was not read yet.
void tty_set(const struct termios *t, bool discard);
void tty_discard_input(void);
// Bytes that read() would give at once.
size_t tty_input_available(void);

#endif
