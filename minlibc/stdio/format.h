// SPDX-License-Identifier: BSD-3-Clause
// The engine of the printf family.
#ifndef MINLIBC_STDIO_FORMAT_H
#define MINLIBC_STDIO_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "float/digits.h"

// Where output goes. put() may be called with any number of bytes; it cannot fail, only remember
// that it did.
struct sink {
    void (*put)(struct sink *s, const char *data, size_t len);
    size_t total; // bytes put so far
};

struct format_spec {
    bool left, plus, space, alternate, zero;
    char conversion;
    int width;
    int precision; // -1: none
};

// How many bytes were put, or -1 with errno: EOVERFLOW (more than INT_MAX), EINVAL, EILSEQ.
int format_print(struct sink *s, const char *format, va_list ap);

// One floating-point conversion: a, e, f, g and their capitals. long_double: of the 80-bit format.
void format_float(struct sink *s, const struct format_spec *spec, const struct float_parts *value,
                  bool long_double);

void sink_put(struct sink *s, const char *data, size_t len);
void sink_fill(struct sink *s, char c, size_t n);

// "prefix" and "digits", padded to the width as the flags say. zeros: 0s between them in any case.
void format_padded(struct sink *s, const struct format_spec *spec, const char *prefix,
                   size_t prefix_len, size_t zeros, const char *digits, size_t len);

#endif
