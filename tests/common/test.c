// SPDX-License-Identifier: BSD-3-Clause
// Runs one test and prints its verdict as the last line.
#include "test.h"

#include <stdarg.h>

#define REPORTS_SHOWN 20

static enum test_status worst;
static unsigned int reports;

static const char *const names[] = {"SUCCESS", "SKIP", "ERROR", "FAILURE"};

void test_report(enum test_status status, const char *fmt, ...)
{
    va_list ap;

    if (status > worst)
        worst = status;
    if (++reports > REPORTS_SHOWN)
        return;
    printk("%s: ", names[status]);
    va_start(ap, fmt);
    vprintk(fmt, ap);
    va_end(ap);
    printk("\n");
}

int main(void)
{
    printk("test: %s\n", test_title);
    test_main();
    if (reports > REPORTS_SHOWN)
        printk("... and %u reports more\n", reports - REPORTS_SHOWN);
    printk("verdict: %s\n", names[worst]);
    return 0;
}
