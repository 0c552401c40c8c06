// SPDX-License-Identifier: BSD-3-Clause
// How a guest ends, and how it is suspended.
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

// Let `xl trigger NAME nmi` print where vCPU 0 is (registers, backtrace), and go on; a second one
// before that was printed is a panic that shows the same. Until this is called, and again after a
// restore, an NMI is a panic at once. Thread context. 0 or -errno.
int nmi_init(void);

// A watchdog: unless watchdog_start() is called again with the same id within `seconds`, Xen shuts
// the guest down (SHUTDOWN_watchdog; xl's on_watchdog says what then). id 0 makes a new one; its id
// is returned, or -errno (-ENOSPC: Xen has no more than two). It goes on in a new domain, with
// its full time. Thread context.
int watchdog_start(unsigned int id, unsigned int seconds);
int watchdog_stop(unsigned int id); // 0 or -errno

// From now on the guest's end is this one (SHUTDOWN_poweroff, SHUTDOWN_reboot), whatever the exit
// status: what the toolstack asked for is what it gets. Any context.
void power_end_as(unsigned int reason);

// `xl shutdown` and `xl reboot`: fn is called, on a thread of its own, with the reason wanted. It
// may do what it likes; to comply it calls power_end_as() and ends the program in its own way.
// Without one (NULL) that is done with app_shutdown(), and a second request ends the guest at once.
// Any context. Requests are looked for from 50 ms after the program first waits or is interrupted.
void power_on_request(void (*fn)(unsigned int reason));

// Something that a suspension concerns. suspend() is called first, by a thread, while everything
// works; anything but 0 is -errno and a refusal. Afterwards, again by a thread, resume():
// cancelled: nothing has changed but the wall clock. Otherwise this is a new domain: event
// channels, grants and foreign mappings of before are gone, domain ids may be others. Either may be
// NULL. suspend() goes from the newest hook to the oldest, resume() the other way.
struct suspend_hook {
    int (*suspend)(struct suspend_hook *h);
    void (*resume)(struct suspend_hook *h, bool cancelled);
    struct suspend_hook *next;
};
void suspend_hook_add(struct suspend_hook *h); // thread context, not in a hook
void suspend_hook_remove(struct suspend_hook *h);

// Suspend, as the toolstack asks with `xl save` and `xl migrate`. Thread context. 0 in the new
// domain, 1 when it was cancelled, or -errno: a hook's, -ENOMEM, or -EOPNOTSUPP (32-bit kernels).
int suspend_now(void);

// Listen to the toolstack. Once, by kernel_main().
void control_init(void);

#endif
