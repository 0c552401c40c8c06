// SPDX-License-Identifier: BSD-3-Clause
// The engine of the scanf family.
#ifndef MINLIBC_STDIO_SCAN_H
#define MINLIBC_STDIO_SCAN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

// Where input comes from. next() gives a byte or -1 at the end; the engine looks one byte ahead and
// tells by back() when it did not need it.
struct source {
    int (*next)(struct source *s);
    void (*back)(struct source *s, int c);
    size_t taken; // bytes
};

// Conversions stored, or -1 (EOF): input ended before the first one, or the format is wrong (errno
// EINVAL), or memory is out (ENOMEM). Wide characters (%ls, %lc) and numbered arguments are not
// supported (EINVAL).
int scan_input(struct source *s, const char *format, va_list ap);

#endif
