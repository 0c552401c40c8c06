// SPDX-License-Identifier: BSD-3-Clause
// One locale: that of C, with UTF-8 as the encoding of wide characters and terminals. It goes by
// the names "C", "POSIX" and "C.UTF-8", and "" unless the environment names another.
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"

static const char *names[] = {"C", "POSIX", "C.UTF-8", "C.utf8"};

static bool is_known(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

// What "" stands for. An environment that names a locale that does not exist is an error, as
// elsewhere.
static const char *from_environment(void)
{
    const char *name = getenv("LC_ALL");

    if (!name || !*name)
        name = getenv("LANG");
    return name && *name ? name : "C";
}

char *setlocale(int category, const char *name)
{
    static const char *current = "C";

    if (category < LC_CTYPE || category > LC_IDENTIFICATION)
        return NULL;
    if (name) {
        if (!*name)
            name = from_environment();
        if (!is_known(name))
            return NULL;
        // All names mean the same, so one is remembered for all categories.
        current = strcmp(name, "POSIX") == 0 || strcmp(name, "C") == 0 ? "C" : "C.UTF-8";
    }
    return (char *)current;
}

// A locale object has no contents.
static struct __locale_struct the_locale;

locale_t newlocale(int mask, const char *name, locale_t base)
{
    (void)base;
    if (mask & ~LC_ALL_MASK) {
        errno = EINVAL;
        return NULL;
    }
    if (!is_known(*name ? name : from_environment())) {
        errno = ENOENT;
        return NULL;
    }
    return &the_locale;
}

locale_t duplocale(locale_t locale)
{
    return locale == LC_GLOBAL_LOCALE ? &the_locale : locale;
}

void freelocale(locale_t locale)
{
    (void)locale;
}

locale_t uselocale(locale_t locale)
{
    static __thread locale_t current;
    locale_t before = current ? current : LC_GLOBAL_LOCALE;

    if (locale)
        current = locale;
    return before;
}

struct lconv *localeconv(void)
{
    static char empty[] = "", point[] = ".";
    static struct lconv conventions = {
        .decimal_point = point,
        .thousands_sep = empty,
        .grouping = empty,
        .int_curr_symbol = empty,
        .currency_symbol = empty,
        .mon_decimal_point = empty,
        .mon_thousands_sep = empty,
        .mon_grouping = empty,
        .positive_sign = empty,
        .negative_sign = empty,
        .int_frac_digits = CHAR_MAX,
        .frac_digits = CHAR_MAX,
        .p_cs_precedes = CHAR_MAX,
        .p_sep_by_space = CHAR_MAX,
        .n_cs_precedes = CHAR_MAX,
        .n_sep_by_space = CHAR_MAX,
        .p_sign_posn = CHAR_MAX,
        .n_sign_posn = CHAR_MAX,
        .int_p_cs_precedes = CHAR_MAX,
        .int_p_sep_by_space = CHAR_MAX,
        .int_n_cs_precedes = CHAR_MAX,
        .int_n_sep_by_space = CHAR_MAX,
        .int_p_sign_posn = CHAR_MAX,
        .int_n_sign_posn = CHAR_MAX,
    };
    return &conventions;
}

static const char *day_name(nl_item item)
{
    static const char texts[] =
        "Sun\0Mon\0Tue\0Wed\0Thu\0Fri\0Sat\0"
        "Sunday\0Monday\0Tuesday\0Wednesday\0Thursday\0Friday\0Saturday\0"
        "Jan\0Feb\0Mar\0Apr\0May\0Jun\0Jul\0Aug\0Sep\0Oct\0Nov\0Dec\0"
        "January\0February\0March\0April\0May\0June\0July\0August\0September\0"
        "October\0November\0December\0AM\0PM";
    const char *p = texts;

    // The items from ABDAY_1 to PM_STR are consecutive, in this order.
    for (int i = item - ABDAY_1; i > 0; i--)
        p += strlen(p) + 1;
    return p;
}

char *nl_langinfo(nl_item item)
{
    const char *text = "";

    if (item >= ABDAY_1 && item <= PM_STR)
        return (char *)day_name(item);
    switch (item) {
    case CODESET: text = "UTF-8"; break;
    case RADIXCHAR: text = "."; break;
    case D_T_FMT: text = "%a %b %e %H:%M:%S %Y"; break;
    case D_FMT: text = "%m/%d/%y"; break;
    case T_FMT: text = "%H:%M:%S"; break;
    case T_FMT_AMPM: text = "%I:%M:%S %p"; break;
    case YESEXPR: text = "^[yY]"; break;
    case NOEXPR: text = "^[nN]"; break;
    case CRNCYSTR: text = "-"; break;
    default: break;
    }
    return (char *)text;
}

char *nl_langinfo_l(nl_item item, locale_t locale)
{
    (void)locale;
    return nl_langinfo(item);
}
