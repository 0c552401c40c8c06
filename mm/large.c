// SPDX-License-Identifier: BSD-3-Clause
// Large pages: a level-2 entry that maps a run of frames itself (2 MiB; 4 MiB with two levels).
// PVH only, for Xen lets no PV guest have them.
//
// Each large page has a table laid by, empty: so that splitting it, which taking a part of it away
// demands, never needs memory.
#include "internal.h"

#define LARGE_FRAMES PT_ENTRIES

static void *laid_by; // linked through their first words

static void lay_by(void *table)
{
    *(void **)table = laid_by;
    laid_by = table;
}

static pte_t *take_up(void)
{
    void **table = laid_by;

    laid_by = *table;
    *table = NULL;
    return (pte_t *)table;
}

static void put_table(uintptr_t va, pte_t *entry, pte_t *table)
{
    *entry = pte_make(table_pfn(table), PT_TABLE_RIGHTS);
    pt_invalidate(va, 1); // any address in it forgets all of it
}

static pfn_t large_pfn(pte_t e)
{
    return (e & PTE_ADDR & ~(PT_SPAN(2) - 1)) >> PAGE_SHIFT;
}

pte_t *large_find(uintptr_t va)
{
    pte_t *entry = pt_find_level2(va);

    return entry && (*entry & PTE_PRESENT) && (*entry & PTE_LARGE) ? entry : NULL;
}

// The table under va's level-2 entry when it is empty.
static pte_t *empty_table(uintptr_t va)
{
    pte_t e = *pt_find_level2(va), *table;

    if (e & PTE_LARGE)
        return NULL;
    table = frame_virt(pte_pfn(e));
    for (unsigned int i = 0; i < PT_ENTRIES; i++) {
        if (table[i])
            return NULL;
    }
    return table;
}

bool large_commit(uintptr_t va, pte_t rights, bool zero)
{
    unsigned long flags = mm_lock();
    pte_t *table = empty_table(va);
    pfn_t pfn = table ? frame_alloc_promised_block(LARGE_FRAMES) : PFN_NONE;

    // Zeroing takes long, so it is done with the lock free and before others can see the page:
    // through the boot mapping, or not at all.
    if (zero && pfn != PFN_NONE && pfn + LARGE_FRAMES > boot_info->mapped_end >> PAGE_SHIFT) {
        frame_promised_block_back(pfn, LARGE_FRAMES);
        pfn = PFN_NONE;
    }
    mm_unlock(flags);
    if (pfn == PFN_NONE)
        return false;
    if (zero)
        memset(frame_virt(pfn), 0, LARGE_FRAMES * PAGE_SIZE);
    flags = mm_lock();
    // Another thread may have committed here meanwhile.
    table = empty_table(va);
    if (table) {
        lay_by(table);
        *pt_find_level2(va) = pte_make(pfn, rights | PTE_LARGE);
        pt_invalidate(va, 1); // the way to the table may be remembered
    } else {
        frame_promised_block_back(pfn, LARGE_FRAMES);
    }
    mm_unlock(flags);
    return table != NULL;
}

void large_decommit(uintptr_t va, pte_t *entry)
{
    pfn_t pfn = large_pfn(*entry);

    put_table(va, entry, take_up());
    frame_free_range_locked(pfn, LARGE_FRAMES);
}

void large_protect(uintptr_t va, pte_t *entry, pte_t rights)
{
    *entry = pte_make(large_pfn(*entry), rights | PTE_LARGE);
    pt_invalidate(va, 1);
}

void large_split(uintptr_t va, pte_t *entry)
{
    pte_t *table = take_up(), old = *entry;

    for (unsigned int i = 0; i < PT_ENTRIES; i++)
        table[i] = (old & ~(pte_t)PTE_LARGE) + i * PAGE_SIZE;
    put_table(va, entry, table);
}
