// SPDX-License-Identifier: BSD-3-Clause
// Inside minlibc: signals that come from outside the program.
#ifndef SIGNAL_SIGNALS_H
#define SIGNAL_SIGNALS_H

#include <stdbool.h>

// If the program handles or ignores the signal, deliver it, on the calling thread. False if its
// action is the default one.
bool signal_if_handled(int sig);

#endif
