// SPDX-License-Identifier: BSD-3-Clause
// Calendar, zones and strftime() against glibc, over a hundred thousand years to either side.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

ML(gmtime_r);
ML(timegm);
ML(localtime_r);
ML(mktime);
ML(tzset);
ML(strftime);
ML(asctime_r);
ML(ctime_r);
ML(setenv);
ML(tzname);
ML(timezone);
ML(daylight);
ML(clock_gettime);
ML(clock_getres);
ML(gettimeofday);
ML(time);
ML(nanosleep);
ML(__errno_location);

#define SPAN (100000LL * 31556952)

// Where time_t is narrow, its lower bits.
static time_t random_time(void)
{
    int64_t t = (int64_t)(check_random() % (2 * SPAN)) - SPAN;

    switch (check_below(4)) {
    case 0: return (time_t)t;
    case 1: return (time_t)(t % 4102444800LL); // 130 years to either side
    case 2: return (time_t)(t - t % 86400 + (int64_t)check_below(3) - 1);
    default: return (time_t)(t % 10000000000LL / 1800 * 1800 + (int64_t)check_below(3) - 1);
    }
}

static bool same(const struct tm *a, const struct tm *b)
{
    return a->tm_sec == b->tm_sec && a->tm_min == b->tm_min && a->tm_hour == b->tm_hour &&
           a->tm_mday == b->tm_mday && a->tm_mon == b->tm_mon && a->tm_year == b->tm_year &&
           a->tm_wday == b->tm_wday && a->tm_yday == b->tm_yday && a->tm_isdst == b->tm_isdst &&
           a->tm_gmtoff == b->tm_gmtoff && strcmp(a->tm_zone, b->tm_zone) == 0;
}

static const char *show(const struct tm *tm)
{
    static char buf[2][80];
    static int which;
    which ^= 1;
    snprintf(buf[which], sizeof(buf[which]),
             "%d-%02d-%02d %02d:%02d:%02d wday %d yday %d dst %d %+ld %s", tm->tm_year + 1900,
             tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, tm->tm_wday,
             tm->tm_yday, tm->tm_isdst, tm->tm_gmtoff, tm->tm_zone);
    return buf[which];
}

static void test_utc(void)
{
    check_begin("time: gmtime and timegm");
    for (unsigned long i = 0; i < 200000 * check_factor; i++) {
        time_t t = random_time();
        struct tm a, b;
        gmtime_r(&t, &a);
        ml_gmtime_r(&t, &b);
        CHECK(same(&a, &b), "%lld: %s, not %s", (long long)t, show(&b), show(&a));
        CHECK(ml_timegm(&b) == t, "timegm of %lld", (long long)t);
        // Members out of range carry over.
        struct tm c = {.tm_year = a.tm_year,
                       .tm_mon = (int)check_below(200) - 100,
                       .tm_mday = (int)check_below(2000) - 1000,
                       .tm_hour = (int)check_below(2000) - 1000,
                       .tm_min = (int)check_random() / 4,
                       .tm_sec = (int)check_random()};
        struct tm d = c;
        time_t x = timegm(&c), y = ml_timegm(&d);
        CHECK(x == y && (x == -1 || same(&c, &d)), "timegm: %lld, not %lld", (long long)y,
              (long long)x);
    }
    // With 32 bits any time fits.
    time_t far = (time_t)INT64_MAX;
    struct tm tm;
    *ml___errno_location() = 0;
    CHECK(sizeof(far) < 8 || (!ml_gmtime_r(&far, &tm) && *ml___errno_location() == EOVERFLOW),
          "the year does not fit");
    far = (time_t)INT64_MIN;
    CHECK(sizeof(far) < 8 || !ml_gmtime_r(&far, &tm), "the year does not fit");
    check_end();
}

static const char *const zones[] = {
    "UTC0",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "EST5EDT,M3.2.0,M11.1.0",
    "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "<+0530>-5:30",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
    "IST-1GMT0,M10.5.0,M3.5.0/1",
    "XYZ3:30:15ABC2:15,J60/1,J300/26:30",
    "QRS-8TUV,59/0,364/24",
    "JST-9",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
};

static void set_zone(const char *tz)
{
    setenv("TZ", tz, 1);
    ml_setenv("TZ", tz, 1);
    tzset();
    ml_tzset();
}

static void test_zones(void)
{
    for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
        char name[80];
        snprintf(name, sizeof(name), "time: zone %s", zones[z]);
        check_begin(name);
        set_zone(zones[z]);
        CHECK(strcmp(tzname[0], ml_tzname[0]) == 0 && timezone == ml_timezone &&
                  !daylight == !ml_daylight,
              "tzname %s timezone %ld daylight %d", ml_tzname[0], ml_timezone, ml_daylight);
        for (unsigned long i = 0; i < 20000 * check_factor; i++) {
            time_t t = random_time();
            struct tm a, b;
            localtime_r(&t, &a);
            ml_localtime_r(&t, &b);
            // Before 1970 glibc applies the rules of 1970.
            CHECK(t < 86400 || same(&a, &b), "%lld: %s, not %s", (long long)t, show(&b), show(&a));
            struct tm c = b;
            CHECK(ml_mktime(&c) == t, "mktime of %s: %+lld", show(&b),
                  (long long)(ml_mktime(&c) - t));
            c = b;
            c.tm_isdst = -1;
            time_t guess = ml_mktime(&c);
            // In the hour that occurs twice there are two answers.
            CHECK(guess == t || (guess < t + 7200 && guess > t - 7200 && c.tm_hour == b.tm_hour &&
                                 c.tm_min == b.tm_min && c.tm_isdst != b.tm_isdst),
                  "mktime of %s without tm_isdst: %+lld", show(&b), (long long)(guess - t));
        }
        check_end();
    }
    check_begin("time: TZ that is none is UTC");
    static const char *const bad[] = {"",
                                      "A",
                                      "AB3",
                                      "ABC",
                                      ":Europe/Berlin",
                                      "Europe/Berlin",
                                      "ABC25",
                                      "ABC3DEF,",
                                      "ABC3DEF,M13.1.0,M1.1.0",
                                      "ABC3DEF,M1.1.0",
                                      "<AB",
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ3",
                                      "ABC3DEF,M1.1.0,M2.1.0x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        ml_setenv("TZ", bad[i], 1);
        ml_tzset();
        CHECK(strcmp(ml_tzname[0], "UTC") == 0 && ml_timezone == 0, "'%s': %s", bad[i],
              ml_tzname[0]);
    }
    check_end();
}

static void test_strftime(void)
{
    static const char conversions[] = "aAbBcCdDeFgGhHIjklmMnpPrRSTtuUVwWxXyYzZ%+";

    check_begin("time: strftime, asctime, ctime");
    set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    for (unsigned long i = 0; i < 100000 * check_factor; i++) {
        time_t t = random_time();
        struct tm tm;
        if (t < 86400)
            t = t < -86400 ? 86400 - (t + 86400) : 86400; // see above
        localtime_r(&t, &tm);
        char format[40], a[400], b[400];
        size_t n = 0;
        for (size_t parts = 1 + check_below(4); parts; parts--) {
            char c = conversions[check_below(sizeof(conversions) - 1)];
            format[n++] = '%';
            if (check_below(4) == 0 && strchr("dHIjmMSUVWyeklCg", c))
                format[n++] = "_-0"[check_below(3)];
            if (check_below(6) == 0 && strchr("aAbBh", c))
                format[n++] = '^';
            format[n++] = c;
            format[n++] = '|';
        }
        format[n] = 0;
        if (strchr(format, '+'))
            continue; // GNU's own
        size_t size = check_below(3) ? sizeof(a) : check_below(40);
        size_t x = strftime(a, size, format, &tm), y = ml_strftime(b, size, format, &tm);
        CHECK(x == y && (!x || strcmp(a, b) == 0), "'%s' of %s: '%s', not '%s'", format, show(&tm),
              y ? b : "", x ? a : "");
        if (tm.tm_year < 8000) {
            char *p = asctime_r(&tm, a), *q = ml_asctime_r(&tm, b);
            CHECK(!p == !q && (!p || strcmp(a, b) == 0), "asctime '%s', not '%s'", b, a);
            p = ctime_r(&t, a);
            q = ml_ctime_r(&t, b);
            CHECK(!p == !q && (!p || strcmp(a, b) == 0), "ctime '%s', not '%s'", b, a);
        }
    }
    check_end();
}

static void test_clocks(void)
{
    struct timespec a, b, ms = {.tv_nsec = 2000000};

    check_begin("time: clocks and sleep");
    CHECK(ml_clock_gettime(CLOCK_MONOTONIC, &a) == 0 && clock_gettime(CLOCK_MONOTONIC, &b) == 0 &&
              (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec >= 0,
          "monotonic");
    CHECK(ml_clock_gettime(CLOCK_REALTIME, &a) == 0 && a.tv_sec - time(NULL) <= 1, "wall");
    CHECK(ml_clock_gettime(99, &a) == -1 && *ml___errno_location() == EINVAL, "no such clock");
    CHECK(ml_clock_getres(CLOCK_MONOTONIC, &a) == 0 && a.tv_sec == 0 && a.tv_nsec == 1,
          "resolution");
    clock_gettime(CLOCK_MONOTONIC, &a);
    CHECK(ml_nanosleep(&ms, NULL) == 0, "nanosleep");
    clock_gettime(CLOCK_MONOTONIC, &b);
    long long slept = (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec;
    CHECK(slept >= 2000000, "slept %lld ns", slept);
    ms.tv_nsec = 1000000000;
    CHECK(ml_nanosleep(&ms, NULL) == -1 && *ml___errno_location() == EINVAL,
          "nanosleep of an invalid time");
    check_end();
}

// The year 2100 does not fit into the 32 bits that i386 has for it: never a wrong year.
static void test_far_clock(void)
{
    struct timespec ts = {.tv_sec = 1};
    struct timeval tv = {.tv_sec = 1};
    time_t t = 1;
    bool fits = sizeof(time_t) > 4;

    check_begin("time: a clock beyond 2038");
    shim_wall_offset = (4102444800ULL - (uint64_t)time(NULL)) * 1000000000;
    int rc = ml_clock_gettime(CLOCK_REALTIME, &ts);
    CHECK(fits ? rc == 0 && ts.tv_sec - 4102444800LL <= 1
               : rc == -1 && *ml___errno_location() == EOVERFLOW && ts.tv_sec == 1,
          "clock_gettime %d, %lld", rc, (long long)ts.tv_sec);
    rc = ml_gettimeofday(&tv, NULL);
    CHECK(fits ? rc == 0 && tv.tv_sec - 4102444800LL <= 1
               : rc == -1 && *ml___errno_location() == EOVERFLOW && tv.tv_sec == 1,
          "gettimeofday %d, %lld", rc, (long long)tv.tv_sec);
    time_t now = ml_time(&t);
    CHECK(now == t &&
              (fits ? now - 4102444800LL <= 1 : now == -1 && *ml___errno_location() == EOVERFLOW),
          "time %lld", (long long)now);
    shim_wall_offset = 0;
    check_end();
}

void test_time(void)
{
    test_utc();
    test_zones();
    test_strftime();
    test_clocks();
    test_far_clock();
}
