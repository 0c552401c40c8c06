// SPDX-License-Identifier: BSD-3-Clause
// Where frames that were not mapped at boot are written when the kernel needs them (page tables and
// the pages of buddy.c). In 64 bits each has an address of its own. In 32 bits, where there are
// more frames than addresses, pieces of RAM take places in a window as they come, and stay.
#include "buddy.h"
#include "internal.h"

#if CONFIG_64BIT
bool direct_add(pfn_t pfn)
{
    (void)pfn;
    return true;
}

void *direct_virt(pfn_t pfn)
{
    return (void *)(DIRECT_BASE + (pfn << PAGE_SHIFT));
}

pfn_t direct_pfn(uintptr_t va)
{
    return (va - DIRECT_BASE) >> PAGE_SHIFT;
}
#else
#define PIECE_FRAMES PT_ENTRIES // what one page table maps
#define PIECE_SIZE   (PIECE_FRAMES * PAGE_SIZE)
#define PLACES       ((DIRECT_END - DIRECT_BASE) / PIECE_SIZE)

static uint16_t piece_in[PLACES];
static uint8_t place_of[MAX_FRAMES / PIECE_FRAMES]; // its number and 1; 0: none
static unsigned int places_used;

bool direct_add(pfn_t pfn)
{
    uint8_t *place = &place_of[pfn / PIECE_FRAMES];

    if (*place)
        return true;
    if (places_used == PLACES)
        return false;
    piece_in[places_used] = pfn / PIECE_FRAMES;
    *place = ++places_used;
    return true;
}

void *direct_virt(pfn_t pfn)
{
    return (void *)(DIRECT_BASE + (place_of[pfn / PIECE_FRAMES] - 1) * PIECE_SIZE +
                    pfn % PIECE_FRAMES * PAGE_SIZE);
}

pfn_t direct_pfn(uintptr_t va)
{
    uintptr_t offset = va - DIRECT_BASE;

    return piece_in[offset / PIECE_SIZE] * PIECE_FRAMES + offset % PIECE_SIZE / PAGE_SIZE;
}
#endif
