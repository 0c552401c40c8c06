// SPDX-License-Identifier: BSD-3-Clause
#include "locale/utf8.h"

size_t utf8_encode(uint32_t c, char out[UTF8_MAX])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        if (c >= 0xd800 && c < 0xe000)
            return 0;
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    if (c > 0x10ffff)
        return 0;
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

int utf8_decode(const char *s, size_t len, uint32_t *out)
{
    // The second byte is where overlong forms, surrogates and what is too large show.
    unsigned char first, low = 0x80, high = 0xbf;
    int need;

    if (!len)
        return UTF8_INCOMPLETE;
    first = (unsigned char)s[0];
    if (first < 0x80) {
        *out = first;
        return 1;
    }
    if (first < 0xc2 || first > 0xf4)
        return UTF8_INVALID;
    if (first < 0xe0) {
        need = 2;
        *out = first & 0x1f;
    } else if (first < 0xf0) {
        need = 3;
        *out = first & 0x0f;
        low = first == 0xe0 ? 0xa0 : low;
        high = first == 0xed ? 0x9f : high;
    } else {
        need = 4;
        *out = first & 0x07;
        low = first == 0xf0 ? 0x90 : low;
        high = first == 0xf4 ? 0x8f : high;
    }
    for (int i = 1; i < need; i++) {
        if ((size_t)i == len)
            return UTF8_INCOMPLETE;
        unsigned char c = (unsigned char)s[i];
        if (c < low || c > high)
            return UTF8_INVALID;
        *out = *out << 6 | (c & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    return need;
}
