// SPDX-License-Identifier: BSD-3-Clause
// The zone that TZ names, and the functions of <time.h> that use it. TZ is a POSIX string; anything
// else, or nothing, is UTC: there is no database of zones.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <halvm/sched.h>

#include "time/calendar.h"

static struct mutex lock;
static struct zone current = {.name = {"UTC", "UTC"}};

char *tzname[2] = {"UTC", "UTC"};
int daylight;
long timezone;
extern char *__tzname[2] __attribute__((alias("tzname")));
extern int __daylight __attribute__((alias("daylight")));
extern long __timezone __attribute__((alias("timezone")));

void tzset(void)
{
    const char *tz = getenv("TZ");
    struct zone z;

    if (!tz || !*tz || !zone_parse(tz, &z))
        z = zone_utc;
    mutex_lock(&lock);
    // The names stay where they are: struct tm points at them.
    current = z;
    tzname[0] = current.name[0];
    tzname[1] = current.name[1];
    daylight = z.has_dst;
    timezone = -z.offset[0];
    mutex_unlock(&lock);
}

static struct tm *overflow(void)
{
    errno = EOVERFLOW;
    return NULL;
}

struct tm *gmtime_r(const time_t *restrict t, struct tm *restrict out)
{
    if (!calendar_split(*t, out))
        return overflow();
    out->tm_zone = "GMT";
    return out;
}

struct tm *localtime_r(const time_t *restrict t, struct tm *restrict out)
{
    mutex_lock(&lock);
    bool ok = zone_local(&current, *t, out);
    if (ok)
        out->tm_zone = current.name[out->tm_isdst];
    mutex_unlock(&lock);
    return ok ? out : overflow();
}

static struct tm broken_down;

struct tm *gmtime(const time_t *t)
{
    return gmtime_r(t, &broken_down);
}

struct tm *localtime(const time_t *t)
{
    tzset();
    return localtime_r(t, &broken_down);
}

static time_t join(struct tm *tm, const struct zone *z)
{
    int64_t moment;
    struct tm normal;

    if (!zone_moment(z, tm, &moment) || moment != (time_t)moment ||
        !zone_local(z, moment, &normal)) {
        errno = EOVERFLOW;
        return -1;
    }
    *tm = normal;
    return (time_t)moment;
}

time_t mktime(struct tm *tm)
{
    tzset();
    mutex_lock(&lock);
    time_t t = join(tm, &current);
    if (t != -1 || tm->tm_year == 69)
        tm->tm_zone = current.name[tm->tm_isdst > 0];
    mutex_unlock(&lock);
    return t;
}

time_t timelocal(struct tm *tm)
{
    return mktime(tm);
}

time_t timegm(struct tm *tm)
{
    time_t t = join(tm, &zone_utc);
    tm->tm_zone = "GMT";
    return t;
}

char *ctime_r(const time_t *t, char *buf)
{
    struct tm tm;
    return localtime_r(t, &tm) ? asctime_r(&tm, buf) : NULL;
}

char *ctime(const time_t *t)
{
    const struct tm *tm = localtime(t);
    return tm ? asctime(tm) : NULL;
}

double difftime(time_t later, time_t earlier)
{
    return (double)later - (double)earlier;
}
