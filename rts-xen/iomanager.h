// SPDX-License-Identifier: BSD-3-Clause
// What the runtime tells base's I/O manager, which exists in the threaded runtime only.
#ifndef RTS_XEN_IOMANAGER_H
#define RTS_XEN_IOMANAGER_H

#include <signal.h>
#include <stdbool.h>

// Hand a signal to the timer manager. False when there is none or it does not take it.
bool iomanager_send_signal(int sig, const siginfo_t *info);

#endif
