// SPDX-License-Identifier: BSD-3-Clause
#ifndef MINLIBC_LOCALE_UTF8_H
#define MINLIBC_LOCALE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4

// Encode a code point. The number of bytes, 0 when it is none (a surrogate, or above U+10FFFF).
size_t utf8_encode(uint32_t c, char out[UTF8_MAX]);

#define UTF8_INVALID    (-1)
#define UTF8_INCOMPLETE (-2)

// Decode the code point at s: the number of bytes it takes, UTF8_INVALID (no code point starts so;
// overlong forms and surrogates are none), UTF8_INCOMPLETE (it starts so, but len bytes are too
// few).
int utf8_decode(const char *s, size_t len, uint32_t *out);

#endif
