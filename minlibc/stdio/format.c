// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "locale/utf8.h"
#include "stdio/format.h"

// Highest number of an argument that %n$ may name.
#define NUMBERED_MAX 64

enum length {
    LEN_INT,
    LEN_CHAR,
    LEN_SHORT,
    LEN_LONG,
    LEN_LLONG,
    LEN_MAX,
    LEN_SIZE,
    LEN_PTRDIFF,
    LEN_LDOUBLE
};

enum arg_type { ARG_NONE, ARG_INT, ARG_LONG, ARG_LLONG, ARG_DOUBLE, ARG_LDOUBLE, ARG_POINTER };

union arg {
    long long integer;
    double real;
    long double long_real;
    void *pointer;
};

// One conversion as written. Numbers of arguments count from 1; 0 is "the next one".
struct directive {
    struct format_spec spec;
    enum length length;
    bool width_is_arg, precision_is_arg;
    unsigned int arg, width_arg, precision_arg;
};

struct arguments {
    va_list ap;
    bool numbered;
    union arg values[NUMBERED_MAX];
};

void sink_put(struct sink *s, const char *data, size_t len)
{
    if (len) {
        s->put(s, data, len);
        s->total += len;
    }
}

void sink_fill(struct sink *s, char c, size_t n)
{
    char block[32];

    memset(block, c, n < sizeof(block) ? n : sizeof(block));
    for (; n > sizeof(block); n -= sizeof(block))
        sink_put(s, block, sizeof(block));
    sink_put(s, block, n);
}

void format_padded(struct sink *s, const struct format_spec *spec, const char *prefix,
                   size_t prefix_len, size_t zeros, const char *digits, size_t len)
{
    size_t used = prefix_len + zeros + len;
    size_t pad = (size_t)spec->width > used ? (size_t)spec->width - used : 0;

    if (!spec->left && !spec->zero)
        sink_fill(s, ' ', pad);
    sink_put(s, prefix, prefix_len);
    if (!spec->left && spec->zero)
        zeros += pad;
    sink_fill(s, '0', zeros);
    sink_put(s, digits, len);
    if (spec->left)
        sink_fill(s, ' ', pad);
}

// A decimal number; -1 when it does not fit an int.
static int scan_number(const char **p)
{
    int value = 0;

    for (; **p >= '0' && **p <= '9'; ++*p) {
        if (value >= 0 && (__builtin_mul_overflow(value, 10, &value) ||
                           __builtin_add_overflow(value, **p - '0', &value)))
            value = -1;
    }
    return value;
}

// "n$" at *p: n, and *p moves on. 0 when it is not that.
static unsigned int scan_position(const char **p)
{
    const char *q = *p;
    int n = scan_number(&q);

    if (q == *p || *q != '$' || n <= 0)
        return 0;
    *p = q + 1;
    return (unsigned int)n;
}

static void scan_flags(const char **p, struct format_spec *spec)
{
    for (;; ++*p) {
        switch (**p) {
        case '-': spec->left = true; break;
        case '+': spec->plus = true; break;
        case ' ': spec->space = true; break;
        case '#': spec->alternate = true; break;
        case '0': spec->zero = true; break;
        case '\'': // no grouping in the C locale
        case 'I': break;
        default: return;
        }
    }
}

static enum length scan_length(const char **p)
{
    enum length len;

    switch (**p) {
    case 'h': len = (*p)[1] == 'h' ? LEN_CHAR : LEN_SHORT; break;
    case 'l': len = (*p)[1] == 'l' ? LEN_LLONG : LEN_LONG; break;
    case 'q': len = LEN_LLONG; break;
    case 'j': len = LEN_MAX; break;
    case 'z':
    case 'Z': len = LEN_SIZE; break;
    case 't': len = LEN_PTRDIFF; break;
    case 'L': len = LEN_LDOUBLE; break;
    default: return LEN_INT;
    }
    *p += len == LEN_CHAR || (len == LEN_LLONG && **p == 'l') ? 2 : 1;
    return len;
}

// Behind the '%'. False with errno when it makes no sense.
static bool scan_directive(const char **p, struct directive *d)
{
    *d = (struct directive){.spec = {.precision = -1}};
    d->arg = scan_position(p);
    scan_flags(p, &d->spec);
    if (**p == '*') {
        ++*p;
        d->width_is_arg = true;
        d->width_arg = scan_position(p);
    } else {
        d->spec.width = scan_number(p);
    }
    if (**p == '.') {
        ++*p;
        if (**p == '*') {
            ++*p;
            d->precision_is_arg = true;
            d->precision_arg = scan_position(p);
        } else {
            if (**p == '-') {
                // A negative precision is none.
                ++*p;
                scan_number(p);
            } else {
                d->spec.precision = scan_number(p);
                if (d->spec.precision < 0)
                    d->spec.width = -1;
            }
        }
    }
    if (d->spec.width < 0) {
        errno = EOVERFLOW;
        return false;
    }
    d->length = scan_length(p);
    d->spec.conversion = **p;
    if (!**p) {
        errno = EINVAL;
        return false;
    }
    ++*p;
    if (d->spec.conversion == 'C' || d->spec.conversion == 'S') {
        d->spec.conversion |= 0x20;
        d->length = LEN_LONG;
    }
    return true;
}

static enum arg_type integer_type(enum length length)
{
    switch (length) {
    case LEN_LONG: return ARG_LONG;
    case LEN_SIZE:
    case LEN_PTRDIFF: return ARG_LONG; // as wide as long on every x86 ABI
    case LEN_LLONG:
    case LEN_LDOUBLE:
    case LEN_MAX: return ARG_LLONG;
    default: return ARG_INT;
    }
}

static enum arg_type type_of(const struct directive *d)
{
    switch (d->spec.conversion) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X': return integer_type(d->length);
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': return d->length == LEN_LDOUBLE || d->length == LEN_LLONG ? ARG_LDOUBLE : ARG_DOUBLE;
    case 'c': return ARG_INT;
    case 's':
    case 'p':
    case 'n': return ARG_POINTER;
    default: return ARG_NONE;
    }
}

static void fetch(struct arguments *args, enum arg_type type, union arg *out)
{
    switch (type) {
    case ARG_NONE: break;
    case ARG_INT: out->integer = va_arg(args->ap, int); break;
    case ARG_LONG: out->integer = va_arg(args->ap, long); break;
    case ARG_LLONG: out->integer = va_arg(args->ap, long long); break;
    case ARG_DOUBLE: out->real = va_arg(args->ap, double); break;
    case ARG_LDOUBLE: out->long_real = va_arg(args->ap, long double); break;
    case ARG_POINTER: out->pointer = va_arg(args->ap, void *); break;
    }
}

static void argument(struct arguments *args, unsigned int number, enum arg_type type,
                     union arg *out)
{
    if (!args->numbered)
        fetch(args, type, out);
    else if (number)
        *out = args->values[number - 1];
}

static bool note_type(enum arg_type *types, unsigned int number, enum arg_type type)
{
    if (number > NUMBERED_MAX)
        return false;
    if (number)
        types[number - 1] = type;
    return true;
}

// With %n$ the arguments can only be fetched when the types of all are known.
__attribute__((noinline)) static bool fetch_numbered(struct arguments *args, const char *format)
{
    enum arg_type types[NUMBERED_MAX] = {};
    struct directive d;
    unsigned int used = 0;

    for (const char *p = strchrnul(format, '%'); *p; p = strchrnul(p, '%')) {
        p++;
        if (!scan_directive(&p, &d))
            return false;
        if (!note_type(types, d.arg, type_of(&d)) || !note_type(types, d.width_arg, ARG_INT) ||
            !note_type(types, d.precision_arg, ARG_INT)) {
            errno = EINVAL;
            return false;
        }
    }
    for (unsigned int i = 0; i < NUMBERED_MAX; i++) {
        if (types[i] != ARG_NONE)
            used = i + 1;
    }
    for (unsigned int i = 0; i < used; i++)
        fetch(args, types[i] == ARG_NONE ? ARG_INT : types[i], &args->values[i]);
    args->numbered = true;
    return true;
}

static long long narrow_signed(long long v, enum length length)
{
    return length == LEN_CHAR ? (signed char)v : length == LEN_SHORT ? (short)v : v;
}

static unsigned long long narrow_unsigned(long long v, const struct directive *d)
{
    if (d->length == LEN_CHAR)
        return (unsigned char)v;
    if (d->length == LEN_SHORT)
        return (unsigned short)v;
    switch (integer_type(d->length)) {
    case ARG_INT: return (unsigned int)v;
    case ARG_LONG: return (unsigned long)v;
    default: return (unsigned long long)v;
    }
}

static char *put_digits(char *end, unsigned long long v, unsigned int base, const char *alphabet)
{
    for (; v > UINT_MAX; v /= base)
        *--end = alphabet[v % base];
    for (unsigned int low = (unsigned int)v; low; low /= base)
        *--end = alphabet[low % base];
    return end;
}

static void print_integer(struct sink *s, const struct directive *d, long long value)
{
    struct format_spec spec = d->spec;
    char digits[3 * sizeof(value)], *end = digits + sizeof(digits), *start;
    char prefix[2];
    size_t prefix_len = 0;
    unsigned int base = 10;
    const char *alphabet = spec.conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned long long magnitude;

    if (spec.conversion == 'd' || spec.conversion == 'i') {
        value = narrow_signed(value, d->length);
        magnitude = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;
        if (value < 0 || spec.plus || spec.space)
            prefix[prefix_len++] = value < 0 ? '-' : spec.plus ? '+' : ' ';
    } else {
        magnitude = narrow_unsigned(value, d);
        base = spec.conversion == 'u' ? 10 : spec.conversion == 'o' ? 8 : 16;
        if (base == 16 && spec.alternate && magnitude) {
            prefix[prefix_len++] = '0';
            prefix[prefix_len++] = spec.conversion;
        }
    }
    start = put_digits(end, magnitude, base, alphabet);
    size_t len = (size_t)(end - start);
    size_t least = spec.precision < 0 ? 1 : (size_t)spec.precision;
    if (base == 8 && spec.alternate && least <= len)
        least = len + (len == 0 || *start != '0');
    if (spec.precision >= 0)
        spec.zero = false;
    format_padded(s, &spec, prefix, prefix_len, least > len ? least - len : 0, start, len);
}

static void print_pointer(struct sink *s, const struct directive *d, const void *p)
{
    struct directive as_hex = *d;

    if (!p) {
        as_hex.spec.zero = false;
        format_padded(s, &as_hex.spec, NULL, 0, 0, "(nil)", 5);
        return;
    }
    as_hex.spec.conversion = 'x';
    as_hex.spec.alternate = true;
    as_hex.length = LEN_LONG;
    // Sign flags are honoured for pointers as if they were signed.
    if (!d->spec.plus && !d->spec.space) {
        print_integer(s, &as_hex, (long long)(uintptr_t)p);
        return;
    }
    char digits[2 * sizeof(p)], *end = digits + sizeof(digits);
    char *start = put_digits(end, (uintptr_t)p, 16, "0123456789abcdef");
    size_t len = (size_t)(end - start),
           least = d->spec.precision < 0 ? 0 : (size_t)d->spec.precision;
    if (d->spec.precision >= 0)
        as_hex.spec.zero = false;
    format_padded(s, &as_hex.spec, d->spec.plus ? "+0x" : " 0x", 3, least > len ? least - len : 0,
                  start, len);
}

static void print_text(struct sink *s, const struct directive *d, const char *text, size_t len)
{
    struct format_spec spec = d->spec;

    spec.zero = false;
    format_padded(s, &spec, NULL, 0, 0, text, len);
}

static void print_string(struct sink *s, const struct directive *d, const char *text)
{
    bool bounded = d->spec.precision >= 0;

    if (!text)
        text = !bounded || d->spec.precision >= 6 ? "(null)" : "";
    print_text(s, d, text, bounded ? strnlen(text, (size_t)d->spec.precision) : strlen(text));
}

// Whole characters only, at most `precision` bytes of them.
static bool print_wide(struct sink *s, const struct directive *d, const wchar_t *text)
{
    size_t max = d->spec.precision < 0 ? SIZE_MAX : (size_t)d->spec.precision, len = 0;
    char bytes[UTF8_MAX];

    if (!text) {
        print_string(s, d, NULL);
        return true;
    }
    for (const wchar_t *w = text; len < max && *w; w++) {
        size_t n = utf8_encode((uint32_t)*w, bytes);
        if (!n) {
            errno = EILSEQ;
            return false;
        }
        if (n > max - len)
            break;
        len += n;
    }
    size_t pad = (size_t)d->spec.width > len ? (size_t)d->spec.width - len : 0;
    if (!d->spec.left)
        sink_fill(s, ' ', pad);
    for (const wchar_t *w = text; len; w++) {
        size_t n = utf8_encode((uint32_t)*w, bytes);
        sink_put(s, bytes, n);
        len -= n;
    }
    if (d->spec.left)
        sink_fill(s, ' ', pad);
    return true;
}

static bool print_character(struct sink *s, const struct directive *d, long long value)
{
    char bytes[UTF8_MAX] = {(char)value};
    size_t len = 1;

    if (d->length == LEN_LONG)
        len = utf8_encode((uint32_t)value, bytes);
    if (!len) {
        errno = EILSEQ;
        return false;
    }
    print_text(s, d, bytes, len);
    return true;
}

static void store_count(const struct directive *d, void *to, size_t count)
{
    switch (d->length) {
    case LEN_CHAR: *(signed char *)to = (signed char)count; break;
    case LEN_SHORT: *(short *)to = (short)count; break;
    case LEN_LONG:
    case LEN_SIZE:
    case LEN_PTRDIFF: *(long *)to = (long)count; break;
    case LEN_LLONG:
    case LEN_LDOUBLE:
    case LEN_MAX: *(long long *)to = (long long)count; break;
    default: *(int *)to = (int)count; break;
    }
}

static bool print_directive(struct sink *s, struct directive *d, struct arguments *args, int error)
{
    union arg v = {};

    if (d->width_is_arg) {
        argument(args, d->width_arg, ARG_INT, &v);
        int width = (int)v.integer;
        d->spec.left |= width < 0;
        if (width == INT_MIN) {
            errno = EOVERFLOW;
            return false;
        }
        d->spec.width = width < 0 ? -width : width;
    }
    if (d->precision_is_arg) {
        argument(args, d->precision_arg, ARG_INT, &v);
        d->spec.precision = v.integer < 0 ? -1 : (int)v.integer;
    }
    enum arg_type type = type_of(d);
    argument(args, d->arg, type, &v);
    struct float_parts parts;
    switch (d->spec.conversion) {
    case '%': sink_put(s, "%", 1); return true;
    case 'c': return print_character(s, d, v.integer);
    case 's':
        if (d->length == LEN_LONG)
            return print_wide(s, d, v.pointer);
        print_string(s, d, v.pointer);
        return true;
    case 'p': print_pointer(s, d, v.pointer); return true;
    case 'm': print_string(s, d, strerror(error)); return true;
    case 'n': store_count(d, v.pointer, s->total); return true;
    default: break;
    }
    switch (type) {
    case ARG_DOUBLE:
        parts = float_split(v.real);
        format_float(s, &d->spec, &parts, false);
        return true;
    case ARG_LDOUBLE:
        parts = float_split_long(v.long_real);
        format_float(s, &d->spec, &parts, true);
        return true;
    case ARG_NONE: errno = EINVAL; return false;
    default: print_integer(s, d, v.integer); return true;
    }
}

static bool format_all(struct sink *s, const char *format, struct arguments *args)
{
    int error = errno; // for %m
    struct directive d;

    for (const char *p = format;;) {
        const char *percent = strchrnul(p, '%');
        sink_put(s, p, (size_t)(percent - p));
        if (!*percent)
            return true;
        p = percent + 1;
        if (!scan_directive(&p, &d))
            return false;
        if ((d.arg || d.width_arg || d.precision_arg) && !args->numbered &&
            !fetch_numbered(args, format))
            return false;
        if (!print_directive(s, &d, args, error))
            return false;
        if (s->total > INT_MAX) {
            errno = EOVERFLOW;
            return false;
        }
    }
}

int format_print(struct sink *s, const char *format, va_list ap)
{
    struct arguments args;

    args.numbered = false;
    va_copy(args.ap, ap);
    bool ok = format_all(s, format, &args);
    va_end(args.ap);
    return ok ? (int)s->total : -1;
}
