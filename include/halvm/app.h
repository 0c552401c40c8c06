// SPDX-License-Identifier: BSD-3-Clause
// What the kernel expects of whatever is linked on top of it (minlibc, in every shipped kernel).
#ifndef HALVM_APP_H
#define HALVM_APP_H

// Called once, on the main thread, with interrupts on, when every room is ready. `__thread`
// variables work, %fs:0x28 holds a stack canary. Runs constructors, splits boot_info->cmdline into
// arguments, calls main() and ends in power_exit().
void app_start(void) __attribute__((noreturn));

// The toolstack wants the guest to end (`xl shutdown`, `xl reboot`): make the program end in order.
// On a thread of its own. May return: the program then ends when it likes.
void app_shutdown(void);

#endif
