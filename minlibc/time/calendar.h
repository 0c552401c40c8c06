// SPDX-License-Identifier: BSD-3-Clause
// The proleptic Gregorian calendar and time zones, without state.
#ifndef MINLIBC_TIME_CALENDAR_H
#define MINLIBC_TIME_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

// Days since 1970-01-01 of a date; month 1..12. Any year.
int64_t calendar_days(int64_t year, unsigned int month, unsigned int day);
// Seconds since 1970 to broken-down time, without the zone's members. False when the year does not
// fit an int.
bool calendar_split(int64_t seconds, struct tm *out);
// The opposite: members may be out of range, and carry over. False when the result does not fit.
bool calendar_join(const struct tm *tm, int64_t *out);

#define ZONE_NAME_MAX 16

// When daylight saving starts or ends each year.
struct zone_rule {
    enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind; // Mm.w.d, Jn (no leap day), n
    unsigned int month, week, day;
    int32_t time; // seconds after midnight, may be negative
};

struct zone {
    char name[2][ZONE_NAME_MAX]; // standard, daylight saving
    int32_t offset[2];           // seconds east of UTC
    bool has_dst;
    struct zone_rule start, end;
};

extern const struct zone zone_utc;

// Parse a POSIX TZ string ("CET-1CEST,M3.5.0,M10.5.0/3"). False when it is none.
bool zone_parse(const char *text, struct zone *out);
// Is daylight saving in force at this moment?
bool zone_is_dst(const struct zone *z, int64_t seconds);
// Local time. False when the year does not fit.
bool zone_local(const struct zone *z, int64_t seconds, struct tm *out);
// The moment of a local time; tm_isdst decides as for mktime(). False when it does not fit.
bool zone_moment(const struct zone *z, const struct tm *tm, int64_t *out);

// strftime() in the C locale: bytes written without the NUL, or 0 when they do not fit.
size_t calendar_format(char *buf, size_t size, const char *format, const struct tm *tm);

#endif
