// SPDX-License-Identifier: BSD-3-Clause
// Inside time/.
#ifndef TIME_INTERNAL_H
#define TIME_INTERNAL_H

#include <halvm/types.h>

// Xen's system time: nanoseconds since the host started.
ns_t time_system(void);
void time_clock_init(void);
void time_clock_suspend(void);
void time_clock_resume(void);

#endif
