// SPDX-License-Identifier: BSD-3-Clause
// Numbers that others should not be able to guess: for the layout of the address space, canaries,
// and the C library.
//
// Where the processor has RDRAND, every word comes from it. Where it has not, words come from a
// small generator that was started from the jitter of a few dozen hypercalls and the clock:
// different at each boot, and a nuisance to guess from outside, but no material for keys;
// random_is_hardware() tells.
#ifndef HALVM_RANDOM_H
#define HALVM_RANDOM_H

#include <halvm/types.h>

bool random_is_hardware(void);
// Any context.
unsigned long random_word(void);
// The same, evenly in [0, n); n is not 0.
unsigned long random_below(unsigned long n);

#endif
