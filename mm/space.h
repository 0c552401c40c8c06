// SPDX-License-Identifier: BSD-3-Clause
// Which addresses are reserved: for vm.c. With mm_lock() held. All O(log n) in the number of
// reservations.
#ifndef MM_SPACE_H
#define MM_SPACE_H

#include <halvm/types.h>

// Reserve len bytes, aligned to align (both multiples of a page, align a power of two), inside
// [low, high): the first gap from `hint` on, or if there is none, from low on. A page on both sides
// stays nobody's. 0: no such gap, or no memory for the note of it.
uintptr_t space_take(size_t len, size_t align, uintptr_t low, uintptr_t high, uintptr_t hint);
// Does [start, start+len) lie inside one reservation?
bool space_inside(uintptr_t start, size_t len);
// Is it exactly one?
bool space_is(uintptr_t start, size_t len);
// Forget the reservation that begins at start.
void space_give(uintptr_t start);
// Ascending.
void space_for_each(void (*fn)(uintptr_t start, uintptr_t end));

#endif
