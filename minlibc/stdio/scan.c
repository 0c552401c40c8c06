// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stdio/scan.h"

enum length { LEN_INT, LEN_CHAR, LEN_SHORT, LEN_LONG, LEN_LLONG, LEN_LDOUBLE };

struct directive {
    bool suppress, allocate;
    size_t width; // 0: none
    enum length length;
    char conversion;
    bool set[256]; // of %[
};

enum outcome { STORED, SKIPPED, MISMATCH, INPUT_END, WRONG };

// Text that was taken from the input, as long as it needs to be.
struct text {
    char small[128];
    char *bytes;
    size_t len, size;
    bool failed; // out of memory
};

static void text_start(struct text *t)
{
    t->bytes = t->small;
    t->len = 0;
    t->size = sizeof(t->small);
    t->failed = false;
}

static void text_end(struct text *t)
{
    if (t->bytes != t->small)
        free(t->bytes);
}

static void text_add(struct text *t, int c)
{
    if (t->len + 1 >= t->size) {
        char *more = realloc(t->bytes == t->small ? NULL : t->bytes, t->size * 2);
        if (!more) {
            t->failed = true;
            return;
        }
        if (t->bytes == t->small)
            memcpy(more, t->small, t->len);
        t->bytes = more;
        t->size *= 2;
    }
    t->bytes[t->len++] = (char)c;
}

static bool is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int take(struct source *s)
{
    int c = s->next(s);

    if (c >= 0)
        s->taken++;
    return c;
}

static void give_back(struct source *s, int c)
{
    if (c >= 0) {
        s->taken--;
        s->back(s, c);
    }
}

// The first byte that is no space, given back. False at the end of the input.
static bool skip_spaces(struct source *s)
{
    int c;

    do {
        c = take(s);
    } while (is_space(c));
    give_back(s, c);
    return c >= 0;
}

// A byte if the field has room and it passes the test; else it stays in the input.
struct field {
    struct source *source;
    size_t left;
    struct text *text;
};

static int peek(struct field *f)
{
    int c = f->left ? take(f->source) : -1;

    give_back(f->source, c);
    return c;
}

static void accept(struct field *f)
{
    text_add(f->text, take(f->source));
    f->left--;
}

static bool accept_if(struct field *f, const char *set)
{
    int c = peek(f);

    if (c <= 0 || !strchr(set, c))
        return false;
    accept(f);
    return true;
}

static int digit_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : INT_MAX;
}

static size_t accept_digits(struct field *f, int base)
{
    size_t n = 0;

    for (int c; (c = peek(f)) >= 0 && digit_value(c) < base; n++)
        accept(f);
    return n;
}

// The longest text that starts an integer; false when it is none (nothing, a lone sign). "0x"
// without digits counts as 0.
static bool match_integer(struct field *f, int *base)
{
    accept_if(f, "+-");
    bool zero = false;
    if (*base == 0 || *base == 16) {
        zero = accept_if(f, "0");
        if (zero && accept_if(f, "xX"))
            *base = 16;
        if (*base == 0)
            *base = zero ? 8 : 10;
    }
    return accept_digits(f, *base) > 0 || zero;
}

// As much of a word as there is; false when it is not all.
static bool match_word(struct field *f, const char *word)
{
    for (; *word; word++) {
        char both[3] = {*word, (char)(*word ^ 0x20), 0};
        if (!accept_if(f, both))
            return false;
    }
    return true;
}

static bool match_real(struct field *f)
{
    accept_if(f, "+-");
    int c = peek(f) | 0x20;
    if (c == 'n')
        return match_word(f, "nan");
    if (c == 'i') {
        if (!match_word(f, "inf"))
            return false;
        int next = peek(f);
        return next < 0 || (next | 0x20) != 'i' || match_word(f, "inity");
    }
    bool zero = accept_if(f, "0"), hex = zero && accept_if(f, "xX");
    int base = hex ? 16 : 10;
    size_t prefix = f->text->len;
    size_t digits = accept_digits(f, base);
    if (accept_if(f, "."))
        digits += accept_digits(f, base);
    if (hex && f->text->len == prefix)
        return false;
    // Like glibc, an exponent without digits is taken and not counted.
    if ((digits || (zero && !hex)) && accept_if(f, hex ? "pP" : "eE")) {
        accept_if(f, "+-");
        accept_digits(f, 10);
    }
    return true;
}

static void store_integer(const struct directive *d, void *to, uintmax_t value)
{
    switch (d->length) {
    case LEN_CHAR: *(unsigned char *)to = (unsigned char)value; break;
    case LEN_SHORT: *(unsigned short *)to = (unsigned short)value; break;
    case LEN_LONG: *(unsigned long *)to = (unsigned long)value; break;
    case LEN_LLONG:
    case LEN_LDOUBLE: *(unsigned long long *)to = value; break;
    default: *(unsigned int *)to = (unsigned int)value; break;
    }
}

static enum outcome scan_integer(struct field *f, const struct directive *d, va_list *ap)
{
    bool is_signed = d->conversion == 'd' || d->conversion == 'i';
    int base = d->conversion == 'i'                           ? 0
               : d->conversion == 'o'                         ? 8
               : d->conversion == 'd' || d->conversion == 'u' ? 10
                                                              : 16;

    // What printf() writes for NULL.
    if (d->conversion == 'p' && peek(f) == '(') {
        if (!match_word(f, "(nil)"))
            return MISMATCH;
        if (d->suppress)
            return SKIPPED;
        *va_arg(*ap, void **) = NULL;
        return STORED;
    }
    if (!match_integer(f, &base))
        return peek(f) < 0 && !f->text->len ? INPUT_END : MISMATCH;
    if (f->text->failed)
        return WRONG;
    f->text->bytes[f->text->len] = 0;
    if (d->suppress)
        return SKIPPED;
    bool narrow =
        d->length != LEN_LLONG && d->length != LEN_LDOUBLE && sizeof(long) < sizeof(long long);
    uintmax_t value;
    // As strtol() or strtoll() would.
    if (is_signed)
        value = narrow ? (uintmax_t)strtol(f->text->bytes, NULL, base)
                       : (uintmax_t)strtoimax(f->text->bytes, NULL, base);
    else
        value =
            narrow ? strtoul(f->text->bytes, NULL, base) : strtoumax(f->text->bytes, NULL, base);
    if (d->conversion == 'p')
        *va_arg(*ap, void **) = (void *)(uintptr_t)value;
    else
        store_integer(d, va_arg(*ap, void *), value);
    return STORED;
}

static enum outcome scan_real(struct field *f, const struct directive *d, va_list *ap)
{
    if (!match_real(f))
        return peek(f) < 0 && !f->text->len ? INPUT_END : MISMATCH;
    if (f->text->failed)
        return WRONG;
    f->text->bytes[f->text->len] = 0;
    char *end;
    long double extended = strtold(f->text->bytes, &end);
    if (end == f->text->bytes)
        return MISMATCH; // a lone point, say
    if (d->suppress)
        return SKIPPED;
    // Each type rounds for itself.
    if (d->length == LEN_LDOUBLE || d->length == LEN_LLONG)
        *va_arg(*ap, long double *) = extended;
    else if (d->length == LEN_LONG)
        *va_arg(*ap, double *) = strtod(f->text->bytes, NULL);
    else
        *va_arg(*ap, float *) = strtof(f->text->bytes, NULL);
    return STORED;
}

static bool belongs(const struct directive *d, int c)
{
    return d->conversion == 'c' || (d->conversion == 's' ? !is_space(c) : d->set[c]);
}

// %s, %c, %[: straight to the caller's array, or through the text with 'm'.
static enum outcome scan_text(struct field *f, const struct directive *d, va_list *ap)
{
    char *out = NULL;
    char **allocated = NULL;
    size_t n = 0;
    int c;

    if (!d->suppress && d->allocate)
        allocated = va_arg(*ap, char **);
    else if (!d->suppress)
        out = va_arg(*ap, char *);
    while ((c = peek(f)) >= 0 && belongs(d, c)) {
        take(f->source);
        f->left--;
        n++;
        if (out)
            *out++ = (char)c;
        else if (allocated)
            text_add(f->text, c);
    }
    if (!n)
        return c < 0 && f->left ? INPUT_END : MISMATCH;
    if (d->suppress)
        return SKIPPED;
    if (out && d->conversion != 'c')
        *out = 0;
    if (allocated) {
        bool terminate = d->conversion != 'c';
        char *copy = f->text->failed ? NULL : malloc(n + terminate);
        if (!copy)
            return WRONG;
        memcpy(copy, f->text->bytes, n);
        if (terminate)
            copy[n] = 0;
        *allocated = copy;
    }
    return STORED;
}

// Behind "%[". The end behind ']', or NULL.
static const char *parse_set(const char *p, struct directive *d)
{
    bool inverted = *p == '^';
    const char *start;

    p += inverted;
    start = p;
    memset(d->set, inverted, sizeof(d->set));
    for (; *p && (*p != ']' || p == start); p++) {
        unsigned char from = (unsigned char)*p, to = from;
        if (p[1] == '-' && p[2] && p[2] != ']') {
            to = (unsigned char)p[2];
            p += 2;
        }
        for (unsigned int c = from; c <= to; c++)
            d->set[c] = !inverted;
    }
    return *p ? p + 1 : NULL;
}

// Behind "%". The end of the directive, or NULL when it is wrong.
static const char *parse_directive(const char *p, struct directive *d)
{
    d->suppress = d->allocate = false;
    d->width = 0;
    d->length = LEN_INT;
    if (*p == '*') {
        d->suppress = true;
        p++;
    }
    for (; *p >= '0' && *p <= '9'; p++) {
        if (d->width > SIZE_MAX / 20)
            return NULL;
        d->width = d->width * 10 + (size_t)(*p - '0');
    }
    if (*p == 'm') {
        d->allocate = true;
        p++;
    }
    switch (*p) {
    case 'h': d->length = p[1] == 'h' ? LEN_CHAR : LEN_SHORT; break;
    case 'l': d->length = p[1] == 'l' ? LEN_LLONG : LEN_LONG; break;
    case 'q':
    case 'j': d->length = LEN_LLONG; break;
    case 'z':
    case 't': d->length = LEN_LONG; break;
    case 'L': d->length = LEN_LDOUBLE; break;
    default: break;
    }
    if (d->length != LEN_INT)
        p += d->length == LEN_CHAR || (d->length == LEN_LLONG && *p == 'l') ? 2 : 1;
    d->conversion = *p++;
    if (d->conversion == '[')
        return parse_set(p, d);
    return p;
}

static enum outcome convert(struct source *s, const struct directive *d, va_list *ap)
{
    struct text text;
    struct field f = {s, d->width ? d->width : SIZE_MAX, &text};
    enum outcome result;

    if (d->conversion == 'n') {
        if (!d->suppress)
            store_integer(d, va_arg(*ap, void *), s->taken);
        return SKIPPED;
    }
    if (d->conversion == 'c') {
        if (!d->width)
            f.left = 1;
    } else if (d->conversion != '[' && !skip_spaces(s)) {
        return INPUT_END;
    }
    text_start(&text);
    switch (d->conversion) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
    case 'p': result = scan_integer(&f, d, ap); break;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': result = scan_real(&f, d, ap); break;
    case 's':
    case 'c':
    case '[':
        if (d->length != LEN_INT) {
            errno = EINVAL;
            result = WRONG;
        } else {
            result = scan_text(&f, d, ap);
        }
        break;
    default:
        errno = EINVAL;
        result = WRONG;
        break;
    }
    text_end(&text);
    return result;
}

static enum outcome match_literal(struct source *s, char wanted)
{
    int c = take(s);

    if (c == (unsigned char)wanted)
        return SKIPPED;
    give_back(s, c);
    return c < 0 ? INPUT_END : MISMATCH;
}

static int scan_all(struct source *s, const char *p, va_list *ap)
{
    struct directive d;
    int stored = 0;

    while (*p) {
        enum outcome result = SKIPPED;
        if (is_space((unsigned char)*p)) {
            skip_spaces(s);
            p++;
            continue;
        }
        if (*p != '%') {
            result = match_literal(s, *p++);
        } else if (p[1] == '%') {
            skip_spaces(s);
            result = match_literal(s, '%');
            p += 2;
        } else {
            p = parse_directive(p + 1, &d);
            if (!p) {
                errno = EINVAL;
                return stored ? stored : -1;
            }
            result = convert(s, &d, ap);
        }
        if (result == STORED)
            stored++;
        else if (result == INPUT_END || result == WRONG)
            return stored ? stored : -1;
        else if (result == MISMATCH)
            return stored;
    }
    return stored;
}

int scan_input(struct source *s, const char *format, va_list ap)
{
    va_list copy;
    va_copy(copy, ap);
    int rc = scan_all(s, format, &copy);
    va_end(copy);
    return rc;
}
