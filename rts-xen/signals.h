// SPDX-License-Identifier: BSD-3-Clause
// Signals that wait for the scheduler of the non-threaded runtime.
#ifndef RTS_XEN_SIGNALS_H
#define RTS_XEN_SIGNALS_H

#include <stdbool.h>
#include <halvm/types.h>

// Is there a signal whose Haskell handler has not been started? Any context.
bool signals_pending(void);
// Sleep until there is one, or until deadline. Thread context.
void signals_wait(ns_t deadline);

#endif
