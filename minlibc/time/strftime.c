// SPDX-License-Identifier: BSD-3-Clause
// strftime() and the fixed formats of asctime(), in the C locale.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "time/calendar.h"

static const char days[7][10] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char months[12][10] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};

struct text {
    char *at;
    size_t room; // with the NUL
    bool full;
};

static void put(struct text *t, const char *s, size_t len)
{
    if (len >= t->room) {
        t->full = true;
        return;
    }
    memcpy(t->at, s, len);
    t->at += len;
    t->room -= len;
}

static void put_string(struct text *t, const char *s)
{
    put(t, s, strlen(s));
}

// flag: 0, '-' (no padding), '_' (blanks), '0'. width: of the conversion; the pad is what is used
// without a flag.
static void put_number(struct text *t, int64_t value, unsigned int width, char pad, char flag)
{
    char digits[24], *end = digits + sizeof(digits), *p = end;
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char fill = flag == '_' ? ' ' : flag == '0' ? '0' : pad;

    do {
        *--p = (char)('0' + v % 10);
    } while (v /= 10);
    if (value < 0 && fill == ' ')
        *--p = '-';
    while (flag != '-' && (size_t)(end - p) + (value < 0 && fill != ' ') < width && p > digits + 1)
        *--p = fill;
    if (value < 0 && fill != ' ')
        *--p = '-';
    put(t, p, (size_t)(end - p));
}

static const char *name_of(const char names[][10], size_t n, int index)
{
    return index >= 0 && (size_t)index < n ? names[index] : "?";
}

static void put_upper(struct text *t, const char *s)
{
    for (; *s; s++) {
        char c = *s >= 'a' && *s <= 'z' ? (char)(*s - 32) : *s;
        put(t, &c, 1);
    }
}

// The year and week of ISO 8601: week 1 has the year's first Thursday.
static int64_t iso_week(const struct tm *tm, int *week)
{
    int64_t year = (int64_t)tm->tm_year + 1900;
    int weekday = (tm->tm_wday + 6) % 7; // Monday 0
    int thursday = tm->tm_yday - weekday + 3;

    if (thursday < 0) {
        year--;
        int length = (int)(calendar_days(year + 1, 1, 1) - calendar_days(year, 1, 1));
        thursday += length;
    } else {
        int length = (int)(calendar_days(year + 1, 1, 1) - calendar_days(year, 1, 1));
        if (thursday >= length) {
            thursday -= length;
            year++;
        }
    }
    *week = thursday / 7 + 1;
    return year;
}

static void put_zone(struct text *t, const struct tm *tm)
{
    long offset = tm->tm_gmtoff / 60;
    put(t, offset < 0 || tm->tm_gmtoff < 0 ? "-" : "+", 1);
    if (offset < 0)
        offset = -offset;
    put_number(t, offset / 60 * 100 + offset % 60, 4, '0', 0);
}

static int64_t modulo(int64_t a, int64_t b)
{
    int64_t r = a % b;
    return r < 0 ? r + b : r;
}

static void format_into(struct text *t, const char *format, const struct tm *tm);

static const char *expansion(char c)
{
    switch (c) {
    case 'c': return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'r': return "%I:%M:%S %p";
    case 'R': return "%H:%M";
    case 'T':
    case 'X': return "%H:%M:%S";
    case '+': return "%a %b %e %H:%M:%S %Z %Y";
    default: return NULL;
    }
}

static bool put_name(struct text *t, char c, char flag, const struct tm *tm)
{
    const char *name;
    char buf[10];
    bool upper = flag == '^' || flag == '#';

    switch (c) {
    case 'a':
    case 'A': name = name_of(days, 7, tm->tm_wday); break;
    case 'b':
    case 'h':
    case 'B': name = name_of(months, 12, tm->tm_mon); break;
    case 'p':
    case 'P':
        name = tm->tm_hour >= 12 ? "PM" : "AM";
        if (c == 'P' || flag == '#')
            name = tm->tm_hour >= 12 ? "pm" : "am";
        put_string(t, name);
        return true;
    case 'Z':
        name = tm->tm_zone ? tm->tm_zone : "";
        if (flag == '^')
            put_upper(t, name);
        else
            put_string(t, name);
        return true;
    default: return false;
    }
    if (c == 'a' || c == 'b' || c == 'h') {
        memcpy(buf, name, 3);
        buf[*name == '?' ? 1 : 3] = 0;
        name = buf;
    }
    if (upper)
        put_upper(t, name);
    else
        put_string(t, name);
    return true;
}

static bool put_numeric(struct text *t, char c, char flag, const struct tm *tm)
{
    int64_t year = (int64_t)tm->tm_year + 1900;
    int hour12 = tm->tm_hour % 12 ? tm->tm_hour % 12 : 12, week;
    int64_t moment;
    struct tm copy = *tm;

    switch (c) {
    case 'C': put_number(t, year / 100 - (year % 100 < 0), 2, '0', flag); break;
    case 'd': put_number(t, tm->tm_mday, 2, '0', flag); break;
    case 'e': put_number(t, tm->tm_mday, 2, ' ', flag); break;
    case 'g': put_number(t, modulo(iso_week(tm, &week), 100), 2, '0', flag); break;
    case 'G': put_number(t, iso_week(tm, &week), 1, '0', flag); break;
    case 'H': put_number(t, tm->tm_hour, 2, '0', flag); break;
    case 'I': put_number(t, hour12, 2, '0', flag); break;
    case 'j': put_number(t, tm->tm_yday + 1, 3, '0', flag); break;
    case 'k': put_number(t, tm->tm_hour, 2, ' ', flag); break;
    case 'l': put_number(t, hour12, 2, ' ', flag); break;
    case 'm': put_number(t, tm->tm_mon + 1, 2, '0', flag); break;
    case 'M': put_number(t, tm->tm_min, 2, '0', flag); break;
    case 's':
        moment = mktime(&copy);
        put_number(t, moment, 1, '0', flag);
        break;
    case 'S': put_number(t, tm->tm_sec, 2, '0', flag); break;
    case 'u': put_number(t, tm->tm_wday ? tm->tm_wday : 7, 1, '0', flag); break;
    case 'U': put_number(t, (tm->tm_yday + 7 - tm->tm_wday) / 7, 2, '0', flag); break;
    case 'V':
        iso_week(tm, &week);
        put_number(t, week, 2, '0', flag);
        break;
    case 'w': put_number(t, tm->tm_wday, 1, '0', flag); break;
    case 'W': put_number(t, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, 2, '0', flag); break;
    case 'y': put_number(t, modulo(year, 100), 2, '0', flag); break;
    case 'Y': put_number(t, year, 1, '0', flag); break;
    default: return false;
    }
    return true;
}

static void format_into(struct text *t, const char *format, const struct tm *tm)
{
    for (const char *p = format; *p && !t->full; p++) {
        if (*p != '%') {
            put(t, p, 1);
            continue;
        }
        const char *start = p++;
        char flag = 0;
        while (*p && strchr("_-0^#", *p))
            flag = *p++;
        if (*p == 'E' || *p == 'O')
            p++;
        const char *longer = expansion(*p);
        if (longer) {
            format_into(t, longer, tm);
        } else if (*p == 'n' || *p == 't' || *p == '%') {
            put(t, *p == 'n' ? "\n" : *p == 't' ? "\t" : "%", 1);
        } else if (*p == 'z') {
            put_zone(t, tm);
        } else if (!put_name(t, *p, flag, tm) && !put_numeric(t, *p, flag, tm)) {
            // Not a conversion: as written.
            put(t, start, (size_t)(p - start) + (*p ? 1 : 0));
            if (!*p)
                break;
        }
    }
}

size_t calendar_format(char *buf, size_t size, const char *format, const struct tm *tm)
{
    struct text t = {.at = buf, .room = size};

    format_into(&t, format, tm);
    if (t.full || !size)
        return 0;
    *t.at = 0;
    return (size_t)(t.at - buf);
}

size_t strftime(char *restrict buf, size_t size, const char *restrict format,
                const struct tm *restrict tm)
{
    return calendar_format(buf, size, format, tm);
}

size_t strftime_l(char *restrict buf, size_t size, const char *restrict format,
                  const struct tm *restrict tm, locale_t locale)
{
    (void)locale;
    return calendar_format(buf, size, format, tm);
}

// The caller's buffer has 26 bytes: enough for years of four digits; a longer year is an error.
char *asctime_r(const struct tm *restrict tm, char *restrict buf)
{
    char text[64];

    if (!calendar_format(text, sizeof(text), "%a %b %e %H:%M:%S %Y\n", tm) || strlen(text) >= 26) {
        *buf = 0;
        return NULL;
    }
    return strcpy(buf, text);
}

char *asctime(const struct tm *tm)
{
    static char text[64];
    return calendar_format(text, sizeof(text), "%a %b %e %H:%M:%S %Y\n", tm) ? text : NULL;
}
