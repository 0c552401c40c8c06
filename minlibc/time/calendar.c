// SPDX-License-Identifier: BSD-3-Clause
// Years are counted from March, so that the leap day is the last of its year; 400 years have 146097
// days.
#include <limits.h>

#include "time/calendar.h"

#define DAYS_PER_ERA  146097
#define DAYS_TO_EPOCH 719468 // from 0000-03-01 to 1970-01-01

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

int64_t calendar_days(int64_t year, unsigned int month, unsigned int day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    unsigned int in_era = (unsigned int)(year - era * 400);
    unsigned int from_march = (month + 9) % 12;
    unsigned int day_of_year = (153 * from_march + 2) / 5 + day - 1;
    unsigned int day_of_era = in_era * 365 + in_era / 4 - in_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

bool calendar_split(int64_t seconds, struct tm *out)
{
    int64_t days = floor_div(seconds, SECONDS_PER_DAY);
    unsigned int rest = (unsigned int)(seconds - days * SECONDS_PER_DAY);
    int64_t since = days + DAYS_TO_EPOCH;
    int64_t era = floor_div(since, DAYS_PER_ERA);
    unsigned int day_of_era = (unsigned int)(since - era * DAYS_PER_ERA);
    unsigned int in_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned int day_of_year = day_of_era - (365 * in_era + in_era / 4 - in_era / 100);
    unsigned int from_march = (5 * day_of_year + 2) / 153;
    unsigned int month = from_march < 10 ? from_march + 3 : from_march - 9;
    int64_t year = era * 400 + in_era + (month <= 2);

    if (year - 1900 > INT_MAX || year - 1900 < INT_MIN)
        return false;
    int64_t weekday = (days + 4) % 7; // 1970-01-01 was a Thursday
    *out = (struct tm){
        .tm_sec = (int)(rest % 60),
        .tm_min = (int)(rest / 60 % 60),
        .tm_hour = (int)(rest / 3600),
        .tm_mday = (int)(day_of_year - (153 * from_march + 2) / 5 + 1),
        .tm_mon = (int)month - 1,
        .tm_year = (int)(year - 1900),
        .tm_wday = (int)(weekday < 0 ? weekday + 7 : weekday),
        .tm_yday = (int)(days - calendar_days(year, 1, 1)),
    };
    return true;
}

bool calendar_join(const struct tm *tm, int64_t *out)
{
    // 2^31 years are 7 * 10^16 seconds: nothing overflows.
    int64_t year = (int64_t)tm->tm_year + 1900 + floor_div(tm->tm_mon, 12);
    unsigned int month = (unsigned int)(tm->tm_mon - floor_div(tm->tm_mon, 12) * 12) + 1;
    int64_t days = calendar_days(year, month, 1) + tm->tm_mday - 1;

    *out = days * SECONDS_PER_DAY + (int64_t)tm->tm_hour * 3600 + (int64_t)tm->tm_min * 60 +
           tm->tm_sec;
    return true;
}
