// SPDX-License-Identifier: BSD-3-Clause
// fuzz_text FACTOR SEED: random text through what parses text (numerals, TZ, command lines,
// formats, encodings) under the sanitizers.
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include "app/args.h"
#include "float/scan.h"
#include "fuzz.h"
#include "locale/utf8.h"
#include "stdio/format.h"
#include "time/calendar.h"

static char text[400];

static void random_text(const char *alphabet, size_t max)
{
    size_t n = fuzz_below(max);

    for (size_t i = 0; i < n; i++)
        text[i] = fuzz_below(50) ? alphabet[fuzz_below(strlen(alphabet))] : (char)fuzz_random();
    text[n] = 0;
}

static void numerals(void)
{
    static const struct float_format *const formats[] = {&float_format_single, &float_format_double,
                                                         &float_format_extended};

    random_text(fuzz_below(2) ? "0123456789.e+-" : "0123456789abcdefx.p+-infINFnan() ",
                fuzz_below(2) ? 30 : 390);
    char *s = fuzz_copy(text, strlen(text) + 1);
    struct float_scanned out;
    const char *end = float_scan(s, formats[fuzz_below(3)], &out);
    if (end < s || end > s + strlen(s))
        abort();
    free(s);
}

static void zones(void)
{
    random_text("ABCXYZ<>+-0123456789:,.MJ/", 50);
    char *s = fuzz_copy(text, strlen(text) + 1);
    struct zone z;
    struct tm tm;
    if (zone_parse(s, &z)) {
        int64_t t = (int64_t)fuzz_random() >> fuzz_below(40), back;
        if (t < INT64_MAX - 1000000 && t > INT64_MIN + 1000000 && zone_local(&z, t, &tm)) {
            char buf[50];
            calendar_format(buf, sizeof(buf), "%c %Z %z %V %G", &tm);
            zone_moment(&z, &tm, &back);
        }
    }
    free(s);
}

static void lines(void)
{
    random_text("ab '\"\\ ", 100);
    size_t size = strlen(text) + 1;
    char *s = fuzz_copy(text, size), *out = malloc(size), *words[8];
    struct args_words r = args_split(s, out, words, 8);
    for (size_t i = 0; i < r.nr; i++) {
        if (words[i] < out || words[i] + strlen(words[i]) >= out + size)
            abort();
    }
    free(s);
    free(out);
}

static void swallow(struct sink *s, const char *data, size_t len)
{
    volatile char last = len ? data[len - 1] : 0;
    (void)s;
    (void)last;
}

static int print(const char *format, ...)
{
    struct sink s = {.put = swallow};
    va_list ap;

    va_start(ap, format);
    int rc = format_print(&s, format, ap);
    va_end(ap);
    return rc;
}

// Conversions that take a number, so that any order of them is right with numbers as arguments.
static void formats(void)
{
    random_text("%%%%diouxXc0123456789.-+ #lhzjtm$", 40);
    for (char *p = text; *p; p++) {
        if (strchr("snpeEfFgGaASCL*", *p))
            *p = 'd';
    }
    char *s = fuzz_copy(text, strlen(text) + 1);
    print(s, fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(),
          fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(),
          fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(),
          fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(),
          fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(),
          fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(),
          fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random(), fuzz_random());
    free(s);
}

static void reals(void)
{
    static const char conversions[] = "aAeEfFgG";
    union {
        uint64_t bits;
        double d;
    } u = {.bits = fuzz_random()};
    union {
        struct {
            uint64_t mantissa;
            uint16_t exponent;
        } bits;
        long double d;
    } v = {.bits = {fuzz_random(), (uint16_t)fuzz_random()}}; // any pattern, valid or not
    char c = conversions[fuzz_below(8)], format[40];

    snprintf(format, sizeof(format), "%%%s%zu.%zu%c", fuzz_below(2) ? "#" : "0", fuzz_below(50),
             fuzz_below(fuzz_below(20) ? 40 : 12000), c);
    print(format, u.d);
    snprintf(format, sizeof(format), "%%.%zuL%c", fuzz_below(fuzz_below(20) ? 40 : 12000), c);
    print(format, v.d);
}

static void encodings(void)
{
    size_t len = fuzz_below(40);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)fuzz_random();
    char *s = fuzz_copy(text, len);
    uint32_t c;
    int used = utf8_decode(s, len, &c);
    if (used > (int)len)
        abort();
    char bytes[UTF8_MAX];
    if (used > 0 && (utf8_encode(c, bytes) != (size_t)used || memcmp(bytes, s, (size_t)used) != 0))
        abort();
    static const char *const names[] = {"ASCII",    "LATIN1", "UTF-8",   "UTF-16",
                                        "UTF-16BE", "UTF-32", "UTF-32BE"};
    iconv_t cd = iconv_open(names[fuzz_below(7)], names[fuzz_below(7)]);
    size_t room = fuzz_below(60), left = len;
    char *out = malloc(room + 1), *o = out, *in = s;
    iconv(cd, &in, &left, &o, &room);
    if (in != s + (len - left))
        abort();
    iconv_close(cd);
    free(out);
    free(s);
}

int main(int argc, char **argv)
{
    unsigned long factor;

    fuzz_seed(argc, argv, &factor);
    for (unsigned long i = 0; i < 50000 * factor; i++) {
        numerals();
        zones();
        lines();
        formats();
        encodings();
        if (i % 5 == 0)
            reals();
    }
    printf("ok   fuzz text: %lu of each sort\n", 50000 * factor);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
