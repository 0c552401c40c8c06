// SPDX-License-Identifier: BSD-3-Clause
// How a guest ends.
#ifndef HALVM_POWER_H
#define HALVM_POWER_H

#include <halvm/types.h>

// End the guest after the console has drained (bounded wait). Status 0 is a power-off; any other
// prints the line `halvm: exit N` and shuts down as a crash, so that `xl` and the restart policy
// see the failure. Any context.
void power_exit(int status) __attribute__((noreturn));

// Print the reason, registers where there are any, a backtrace and the memory map, then crash the
// domain. Any context.
void panic(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

// Take the given SHUTDOWN_* reason (xen/include/public/sched.h) at once, without draining.
void power_shutdown(unsigned int reason) __attribute__((noreturn));

#endif
