// SPDX-License-Identifier: BSD-3-Clause
// iconv() among ASCII, ISO-8859-1, UTF-8, UTF-16 and UTF-32. Suffixes: //TRANSLIT and //IGNORE are
// refused. UTF-16 and UTF-32 without a byte order: reading, a byte order mark decides (else little
// endian); writing, little endian behind such a mark.
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "libc.h"
#include "locale/utf8.h"

enum encoding {
    ENC_ASCII,
    ENC_LATIN1,
    ENC_UTF8,
    ENC_UTF16LE,
    ENC_UTF16BE,
    ENC_UTF32LE,
    ENC_UTF32BE,
};

struct converter {
    enum encoding from, to;
    bool mark_in, mark_out; // of byte order: is looked for, is to be written
    bool mark_in_at_start, mark_out_at_start;
    enum encoding from_at_start;
};

static const struct {
    const char *name;
    enum encoding encoding;
    bool mark;
} names[] = {
    {"ASCII", ENC_ASCII, false},          {"US-ASCII", ENC_ASCII, false},
    {"ANSI_X3.4-1968", ENC_ASCII, false}, {"646", ENC_ASCII, false},
    {"ISO-8859-1", ENC_LATIN1, false},    {"ISO8859-1", ENC_LATIN1, false},
    {"ISO_8859-1", ENC_LATIN1, false},    {"LATIN1", ENC_LATIN1, false},
    {"UTF-8", ENC_UTF8, false},           {"UTF8", ENC_UTF8, false},
    {"UTF-16LE", ENC_UTF16LE, false},     {"UTF16LE", ENC_UTF16LE, false},
    {"UTF-16BE", ENC_UTF16BE, false},     {"UTF16BE", ENC_UTF16BE, false},
    {"UTF-32LE", ENC_UTF32LE, false},     {"UTF32LE", ENC_UTF32LE, false},
    {"UTF-32BE", ENC_UTF32BE, false},     {"UTF32BE", ENC_UTF32BE, false},
    {"UCS-4LE", ENC_UTF32LE, false},      {"WCHAR_T", ENC_UTF32LE, false},
    {"UTF-16", ENC_UTF16LE, true},        {"UTF16", ENC_UTF16LE, true},
    {"UTF-32", ENC_UTF32LE, true},        {"UTF32", ENC_UTF32LE, true},
};

static bool find(const char *name, enum encoding *out, bool *mark)
{
    // An empty name is the locale's encoding.
    if (!*name)
        name = "UTF-8";
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(name, names[i].name) == 0) {
            *out = names[i].encoding;
            *mark = names[i].mark;
            return true;
        }
    }
    return false;
}

iconv_t iconv_open(const char *to, const char *from)
{
    struct converter c = {};

    if (!find(to, &c.to, &c.mark_out) || !find(from, &c.from, &c.mark_in)) {
        errno = EINVAL;
        return (iconv_t)-1;
    }
    c.mark_in_at_start = c.mark_in;
    c.mark_out_at_start = c.mark_out;
    c.from_at_start = c.from;
    struct converter *copy = malloc(sizeof(*copy));
    if (!copy)
        return (iconv_t)-1;
    *copy = c;
    return copy;
}

int iconv_close(iconv_t cd)
{
    free(cd);
    return 0;
}

static unsigned int unit16(const unsigned char *s, bool big)
{
    return big ? (unsigned int)s[0] << 8 | s[1] : (unsigned int)s[1] << 8 | s[0];
}

static uint32_t unit32(const unsigned char *s, bool big)
{
    return big ? unit16(s, true) << 16 | unit16(s + 2, true)
               : unit16(s + 2, false) << 16 | unit16(s, false);
}

// Bytes taken, UTF8_INVALID or UTF8_INCOMPLETE.
static int decode(enum encoding e, const char *in, size_t len, uint32_t *c)
{
    const unsigned char *s = (const unsigned char *)in;
    bool big = e == ENC_UTF16BE || e == ENC_UTF32BE;

    switch (e) {
    case ENC_ASCII:
    case ENC_LATIN1: *c = *s; return e == ENC_ASCII && *c > 0x7f ? UTF8_INVALID : 1;
    case ENC_UTF8: return utf8_decode(in, len, c);
    case ENC_UTF32LE:
    case ENC_UTF32BE:
        if (len < 4)
            return UTF8_INCOMPLETE;
        *c = unit32(s, big);
        return *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000) ? UTF8_INVALID : 4;
    default: break;
    }
    if (len < 2)
        return UTF8_INCOMPLETE;
    *c = unit16(s, big);
    if (*c < 0xd800 || *c > 0xdfff)
        return 2;
    if (*c >= 0xdc00)
        return UTF8_INVALID;
    if (len < 4)
        return UTF8_INCOMPLETE;
    uint32_t low = unit16(s + 2, big);
    if (low < 0xdc00 || low > 0xdfff)
        return UTF8_INVALID;
    *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

static size_t put_unit(char *out, uint32_t v, unsigned int bytes, bool big)
{
    for (unsigned int i = 0; i < bytes; i++)
        out[i] = (char)(v >> 8 * (big ? bytes - 1 - i : i));
    return bytes;
}

// Bytes made, 0 when the encoding does not have the character.
static size_t encode(enum encoding e, uint32_t c, char out[4])
{
    bool big = e == ENC_UTF16BE || e == ENC_UTF32BE;

    switch (e) {
    case ENC_ASCII: return c < 0x80 ? put_unit(out, c, 1, false) : 0;
    case ENC_LATIN1: return c < 0x100 ? put_unit(out, c, 1, false) : 0;
    case ENC_UTF8: return utf8_encode(c, out);
    case ENC_UTF32LE:
    case ENC_UTF32BE: return put_unit(out, c, 4, big);
    default: break;
    }
    if (c < 0x10000)
        return put_unit(out, c, 2, big);
    c -= 0x10000;
    put_unit(out, 0xd800 + (c >> 10), 2, big);
    return 2 + put_unit(out + 2, 0xdc00 + (c & 0x3ff), 2, big);
}

// The shortest character of an encoding.
static size_t unit_size(enum encoding e)
{
    return e <= ENC_UTF8 ? 1 : e <= ENC_UTF16BE ? 2 : 4;
}

// A byte order mark at the start of the input is no character.
static bool is_mark(struct converter *c, uint32_t *character)
{
    bool wide = c->from == ENC_UTF32LE || c->from == ENC_UTF32BE;

    if (*character == 0xfeff)
        return true;
    if (*character != (wide ? 0xfffe0000u : 0xfffeu))
        return false;
    c->from = wide ? ENC_UTF32BE : ENC_UTF16BE;
    return true;
}

static void reset(struct converter *c)
{
    c->from = c->from_at_start;
    c->mark_in = c->mark_in_at_start;
    c->mark_out = c->mark_out_at_start;
}

size_t iconv(iconv_t cd, char **restrict in, size_t *restrict in_left, char **restrict out,
             size_t *restrict out_left)
{
    struct converter *c = cd;

    if (!in || !*in) {
        reset(c);
        return 0;
    }
    while (*in_left) {
        uint32_t character = 0;
        char bytes[4];
        int used = decode(c->from, *in, *in_left, &character);
        // A swapped mark is no valid UTF-32 and reads as the non-character U+FFFE in UTF-16.
        if (c->mark_in && (used > 0 || (used == UTF8_INVALID && *in_left >= 4))) {
            c->mark_in = false;
            if (is_mark(c, &character)) {
                used = c->from == ENC_UTF32LE || c->from == ENC_UTF32BE ? 4 : 2;
                *in += used;
                *in_left -= (size_t)used;
                continue;
            }
        }
        if (used < 0) {
            errno = used == UTF8_INVALID ? EILSEQ : EINVAL;
            return (size_t)-1;
        }
        if (c->mark_out) {
            size_t n = encode(c->to, 0xfeff, bytes);
            if (n > *out_left) {
                errno = E2BIG;
                return (size_t)-1;
            }
            memcpy(*out, bytes, n);
            *out += n;
            *out_left -= n;
            c->mark_out = false;
        }
        size_t n = encode(c->to, character, bytes);
        if (!n || n > *out_left) {
            // Where nothing fits, what the character is does not matter yet.
            errno = n || *out_left < unit_size(c->to) ? E2BIG : EILSEQ;
            return (size_t)-1;
        }
        memcpy(*out, bytes, n);
        *out += n;
        *out_left -= n;
        *in += used;
        *in_left -= (size_t)used;
    }
    return 0;
}
