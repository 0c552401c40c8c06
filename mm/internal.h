// SPDX-License-Identifier: BSD-3-Clause
// Inside mm/: page tables and frames, for each other. All with mm_lock() held or before there are
// threads.
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <arch/cpu.h>
#include <arch/layout.h>
#include <arch/p2m.h>
#include <arch/spinlock.h>
#include <halvm/boot.h>
#include <halvm/mm.h>

// One lock for the room. Sections are short: CHUNK pages at most.
extern struct spinlock mm_spinlock;

static inline unsigned long mm_lock(void)
{
    return spin_lock(&mm_spinlock);
}

static inline void mm_unlock(unsigned long flags)
{
    spin_unlock(&mm_spinlock, flags);
}

// direct.c: the addresses of frames that were not mapped at boot and now are. direct_add() comes
// first for each (false: no address is left).
bool direct_add(pfn_t pfn);
void *direct_virt(pfn_t pfn);
pfn_t direct_pfn(uintptr_t va);

// frame.c
void frames_init(void);
// n frames in a row, aligned to a power of two, or PFN_NONE.
pfn_t frame_alloc_range_locked(size_t n, size_t align);
void frame_free_range_locked(pfn_t pfn, size_t n);
// Set n frames aside for frame_alloc_promised(), which then cannot fail. False when there are not
// as many.
bool frames_promise(size_t n);
void frames_promise_back(size_t n);
pfn_t frame_alloc_promised(void);
// n of the promised frames in a row, aligned to n, a power of two. PFN_NONE: there is no such run.
pfn_t frame_alloc_promised_block(size_t n);
void frame_promised_block_back(pfn_t pfn, size_t n);
// For balloon.c. Take a frame out that is mapped nowhere, as long as `reserve` more are free;
// *used: it may hold data. PFN_NONE: there is none.
pfn_t frame_take_for_xen(size_t reserve, bool *used);
// Make sure that the second can be done.
bool frame_can_come(pfn_t pfn);
void frame_came_from_xen(pfn_t pfn);
// PVH: count as free only what Xen has for us. How many are withheld.
size_t frames_check_reservation(void);
// zero.c: false when there is no memory for page tables. Thread context, lock free.
bool frames_zero(const pfn_t *pfns, size_t n);
// p2m.c: PV: have an entry for pfn in pv_p2m. Thread context, lock free.
bool p2m_reach(pfn_t pfn);
// A frame that can be written at frame_virt(); PFN_NONE when there is none left.
pfn_t frame_alloc_mapped(void);

static inline void *frame_virt(pfn_t pfn)
{
    paddr_t addr = (paddr_t)pfn << PAGE_SHIFT;

    return addr < boot_info->mapped_end ? boot_virt(addr) : direct_virt(pfn);
}

// pt.c
// The level-1 entry for va, or NULL and the end of the hole around it.
pte_t *pt_find(uintptr_t va, uintptr_t *hole_end);
// The level-1 entry for va, making tables as needed; NULL when out of memory. Not for addresses in
// large pages.
pte_t *pt_entry(uintptr_t va);
// The level-2 entry, likewise NULL when the tables above it are not there.
pte_t *pt_find_level2(uintptr_t va);
// Set an entry. Under PV it takes effect at pt_flush(), or earlier when the batch is full.
void pt_set(pte_t *entry, pte_t value);
void pt_flush(void);
// The frame that a page table lies in.
pfn_t table_pfn(const void *table);
#define PT_TABLE_RIGHTS (PTE_PRESENT | PTE_WRITE | PTE_USER)
// Forget cached translations of n pages from va.
void pt_invalidate(uintptr_t va, size_t n);
// Map those of n frames that were not mapped at boot at frame_virt(). Returns how many of them,
// from the first on, can now be written there: n, or fewer when there was no memory for tables.
size_t pt_map_direct(pfn_t pfn, size_t n);

// large.c: pages of a whole level-2 entry, PVH only.
// The level-2 entry for va when it is a large page, else NULL.
pte_t *large_find(uintptr_t va);
// Take frames that were promised for a large page at va, which has a table. False, and nothing has
// changed: there is no such run of frames, or single pages are there already.
bool large_commit(uintptr_t va, pte_t rights, bool zero);
void large_decommit(uintptr_t va, pte_t *entry);
void large_protect(uintptr_t va, pte_t *entry, pte_t rights);
// Make single pages of it. Never fails.
void large_split(uintptr_t va, pte_t *entry);

static inline pte_t pte_make(pfn_t pfn, pte_t rights)
{
    return (pte_t)pfn_to_mfn(pfn) << PAGE_SHIFT | rights;
}

static inline pfn_t pte_pfn(pte_t e)
{
    return mfn_to_pfn((e & PTE_ADDR) >> PAGE_SHIFT);
}

#define PTE_LENT (1ULL << 10) // present, but the frame is not ours to free

static inline pte_t prot_rights(unsigned int prot)
{
    pte_t rights = PTE_PRESENT | PTE_USER;

    if (prot & VM_WRITE)
        rights |= PTE_WRITE;
    if (!(prot & VM_EXEC))
        rights |= PTE_NX;
    return rights;
}

// protect.c: give the image and the rest of the boot mapping their exact rights.
void protect_boot_mapping(void);

// suspend.c: pv_p2m has grown or moved. Thread context, or interrupts off.
void suspend_list_changed(void);

#endif
