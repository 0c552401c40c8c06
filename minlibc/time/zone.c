// SPDX-License-Identifier: BSD-3-Clause
#include <string.h>

#include "time/calendar.h"

const struct zone zone_utc = {.name = {"UTC", "UTC"}};

static bool is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_name(const char **p, char out[ZONE_NAME_MAX])
{
    const char *start = *p, *end;

    if (*start == '<') {
        start++;
        for (end = start; is_alpha(*end) || is_digit(*end) || *end == '+' || *end == '-'; end++)
            ;
        if (*end != '>')
            return false;
        *p = end + 1;
    } else {
        for (end = start; is_alpha(*end); end++)
            ;
        *p = end;
    }
    size_t len = (size_t)(end - start);
    if (len < 3 || len >= ZONE_NAME_MAX)
        return false;
    memcpy(out, start, len);
    out[len] = 0;
    return true;
}

static bool parse_number(const char **p, unsigned int max, unsigned int *out)
{
    unsigned int v = 0;

    if (!is_digit(**p))
        return false;
    for (; is_digit(**p); ++*p) {
        v = v * 10 + (unsigned int)(**p - '0');
        if (v > max)
            return false;
    }
    *out = v;
    return true;
}

// [+-]h[h][:mm[:ss]]; a rule's time may be up to a week away.
static bool parse_time(const char **p, unsigned int max_hours, int32_t *out)
{
    unsigned int h, m = 0, s = 0;
    bool negative = **p == '-';

    if (**p == '-' || **p == '+')
        ++*p;
    if (!parse_number(p, max_hours, &h))
        return false;
    if (**p == ':') {
        ++*p;
        if (!parse_number(p, 59, &m))
            return false;
        if (**p == ':') {
            ++*p;
            if (!parse_number(p, 59, &s))
                return false;
        }
    }
    int32_t v = (int32_t)(h * 3600 + m * 60 + s);
    *out = negative ? -v : v;
    return true;
}

static bool parse_rule(const char **p, struct zone_rule *r)
{
    r->time = 7200;
    if (**p != ',')
        return false;
    ++*p;
    if (**p == 'M') {
        ++*p;
        r->kind = RULE_MONTH;
        if (!parse_number(p, 12, &r->month) || !r->month || *(*p)++ != '.' ||
            !parse_number(p, 5, &r->week) || !r->week || *(*p)++ != '.' ||
            !parse_number(p, 6, &r->day))
            return false;
    } else if (**p == 'J') {
        ++*p;
        r->kind = RULE_JULIAN;
        if (!parse_number(p, 365, &r->day) || !r->day)
            return false;
    } else {
        r->kind = RULE_DAY;
        if (!parse_number(p, 365, &r->day))
            return false;
    }
    if (**p == '/') {
        ++*p;
        return parse_time(p, 167, &r->time);
    }
    return true;
}

bool zone_parse(const char *text, struct zone *out)
{
    const char *p = text;

    *out = (struct zone){};
    if (*p == ':' || !parse_name(&p, out->name[0]) || !parse_time(&p, 24, &out->offset[0]))
        return false;
    out->offset[0] = -out->offset[0];
    out->offset[1] = out->offset[0];
    memcpy(out->name[1], out->name[0], ZONE_NAME_MAX);
    if (!*p)
        return true;

    out->has_dst = true;
    if (!parse_name(&p, out->name[1]))
        return false;
    out->offset[1] = out->offset[0] + 3600;
    if (*p && *p != ',') {
        if (!parse_time(&p, 24, &out->offset[1]))
            return false;
        out->offset[1] = -out->offset[1];
    }
    // Without rules: those of the United States.
    const char *rules = *p ? p : ",M3.2.0,M11.1.0";
    return parse_rule(&rules, &out->start) && parse_rule(&rules, &out->end) && !*rules;
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// The moment of a rule in a year, in local time as if it were UTC.
static int64_t rule_in(const struct zone_rule *r, int64_t year)
{
    int64_t days;

    if (r->kind == RULE_MONTH) {
        int64_t first = calendar_days(year, r->month, 1);
        int64_t next =
            r->month == 12 ? calendar_days(year + 1, 1, 1) : calendar_days(year, r->month + 1, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7;
        days = first + (r->day + 7 - weekday) % 7 + (int64_t)(r->week - 1) * 7;
        if (days >= next)
            days -= 7;
    } else {
        days = calendar_days(year, 1, 1) + r->day;
        if (r->kind == RULE_JULIAN && !(is_leap(year) && r->day >= 60))
            days--;
    }
    return days * SECONDS_PER_DAY + r->time;
}

bool zone_is_dst(const struct zone *z, int64_t seconds)
{
    struct tm tm;

    if (!z->has_dst || !calendar_split(seconds + z->offset[0], &tm))
        return false;
    int64_t year = (int64_t)tm.tm_year + 1900;
    int64_t start = rule_in(&z->start, year) - z->offset[0];
    int64_t end = rule_in(&z->end, year) - z->offset[1];
    // South of the equator it lasts over the new year.
    if (start < end)
        return seconds >= start && seconds < end;
    return seconds >= start || seconds < end;
}

bool zone_local(const struct zone *z, int64_t seconds, struct tm *out)
{
    bool dst = zone_is_dst(z, seconds);
    int64_t local;

    if (__builtin_add_overflow(seconds, (int64_t)z->offset[dst], &local) ||
        !calendar_split(local, out))
        return false;
    out->tm_isdst = dst;
    out->tm_gmtoff = z->offset[dst];
    out->tm_zone = z->name[dst];
    return true;
}

bool zone_moment(const struct zone *z, const struct tm *tm, int64_t *out)
{
    int64_t local;

    if (!calendar_join(tm, &local))
        return false;
    bool dst = tm->tm_isdst > 0 && z->has_dst;
    int64_t moment = local - z->offset[dst];
    if (tm->tm_isdst < 0 && z->has_dst) {
        // Of two moments with this local time the first, of none the one that standard time would
        // give.
        int64_t summer = local - z->offset[1];
        moment = zone_is_dst(z, summer) ? summer : local - z->offset[0];
    }
    *out = moment;
    return true;
}
