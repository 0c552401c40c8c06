// SPDX-License-Identifier: BSD-3-Clause
// The kernel's own formatted output: small, in general registers, without the C library.
#include <halvm/console.h>
#include <halvm/types.h>
#include "internal.h"

#define LINE_MAX_BYTES 512

struct sink {
    char *buf;
    size_t size, len; // len goes on counting past size
};

static void put(struct sink *s, char c)
{
    if (s->len + 1 < s->size)
        s->buf[s->len] = c;
    s->len++;
}

struct spec {
    unsigned int width;
    int precision; // -1: none
    bool left, zero;
};

static void put_padded(struct sink *s, const char *text, size_t len, const struct spec *spec)
{
    size_t pad = spec->width > len ? spec->width - len : 0;

    if (!spec->left) {
        for (; pad; pad--)
            put(s, spec->zero ? '0' : ' ');
    }
    for (size_t i = 0; i < len; i++)
        put(s, text[i]);
    for (; pad; pad--)
        put(s, ' ');
}

static void put_number(struct sink *s, uint64_t v, unsigned int base, bool negative,
                       struct spec *spec)
{
    char digits[24];
    unsigned int n = sizeof(digits);

    do
        digits[--n] = "0123456789abcdef"[v % base];
    while (v /= base);
    if (negative && spec->zero) {
        put(s, '-');
        if (spec->width)
            spec->width--;
    } else if (negative) {
        digits[--n] = '-';
    }
    put_padded(s, digits + n, sizeof(digits) - n, spec);
}

static size_t text_length(const char *text, int precision)
{
    size_t n = 0;

    while ((precision < 0 || n < (size_t)precision) && text[n])
        n++;
    return n;
}

int kvsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct sink s = {buf, size, 0};

    for (; *fmt; fmt++) {
        struct spec spec = {.precision = -1};
        unsigned int longs = 0;

        if (*fmt != '%') {
            put(&s, *fmt);
            continue;
        }
        for (fmt++; *fmt == '-' || *fmt == '0'; fmt++) {
            spec.left |= *fmt == '-';
            spec.zero |= *fmt == '0';
        }
        for (; *fmt >= '0' && *fmt <= '9'; fmt++)
            spec.width = spec.width * 10 + (*fmt - '0');
        if (*fmt == '.') {
            fmt++;
            spec.precision = 0;
            if (*fmt == '*') {
                spec.precision = va_arg(ap, int);
                fmt++;
            }
            for (; *fmt >= '0' && *fmt <= '9'; fmt++)
                spec.precision = spec.precision * 10 + (*fmt - '0');
        }
        for (; *fmt == 'l' || *fmt == 'z'; fmt++)
            longs++;
        switch (*fmt) {
        case 'd':
        case 'i': {
            int64_t v = longs > 1 ? va_arg(ap, long long)
                        : longs   ? va_arg(ap, long)
                                  : va_arg(ap, int);

            put_number(&s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, v < 0, &spec);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t v = longs > 1 ? va_arg(ap, unsigned long long)
                         : longs   ? va_arg(ap, unsigned long)
                                   : va_arg(ap, unsigned int);

            put_number(&s, v, *fmt == 'u' ? 10 : 16, false, &spec);
            break;
        }
        case 'p':
            spec.zero = true;
            spec.width = 2 * sizeof(void *);
            put_number(&s, (uintptr_t)va_arg(ap, void *), 16, false, &spec);
            break;
        case 's': {
            const char *text = va_arg(ap, const char *);

            if (!text)
                text = "(null)";
            put_padded(&s, text, text_length(text, spec.precision), &spec);
            break;
        }
        case 'c': put(&s, va_arg(ap, int)); break;
        case '%': put(&s, '%'); break;
        default: // show what was not understood rather than lose it
            put(&s, '%');
            put(&s, *fmt);
        }
        if (!*fmt)
            break;
    }
    if (size)
        buf[s.len < size ? s.len : size - 1] = '\0';
    return s.len;
}

int ksnprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = kvsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

void vprintk(const char *fmt, va_list ap)
{
    char line[LINE_MAX_BYTES];
    int n = kvsnprintf(line, sizeof(line), fmt, ap);

    console_put(line, n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES - 1);
}

void printk(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprintk(fmt, ap);
    va_end(ap);
}
