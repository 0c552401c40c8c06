// SPDX-License-Identifier: BSD-3-Clause
// The set of free blocks of frames, for frame.c. A block is 2^order frames, aligned to its size.
// With mm_lock() held.
#ifndef MM_BUDDY_H
#define MM_BUDDY_H

#include <halvm/types.h>

// Frames are described region by region: 32 MiB, one page. The page of a region must be given
// before a frame of it is put into the set.
#define REGION_ORDER  13
#define REGION_FRAMES (1UL << REGION_ORDER)
// RAM beyond is left alone, and said so: 64 GiB, or what 32-bit page tables can name.
#define MAX_FRAMES (sizeof(long) == 8 ? 1UL << 24 : 1UL << 20)

bool buddy_has_region(pfn_t pfn);
// page: PAGE_SIZE bytes of zeroes, kept for ever.
void buddy_add_region(pfn_t pfn, void *page);

// Frames [pfn, pfn+n) are free: O(log n). A frame that is free already is a panic.
void buddy_put(pfn_t pfn, size_t n);
// A block out of the smallest that is large enough: constant time. PFN_NONE when there is none.
pfn_t buddy_take(unsigned int order);
// A block of at least n frames that is larger than a region, cut to n: looks at each region once.
pfn_t buddy_take_regions(size_t n);
// One frame at or above limit, the highest of the smallest block: constant time.
pfn_t buddy_take_above(pfn_t limit);
// One frame below limit, likewise the lowest.
pfn_t buddy_take_below(pfn_t limit);

#endif
