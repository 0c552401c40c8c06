// SPDX-License-Identifier: BSD-3-Clause
// The list of machine frames under PV. The builder's covers the memory that the guest was started
// with; when more comes, a longer one is made, once.
#include "buddy.h"
#include "internal.h"

#define ENTRIES (PAGE_SIZE / sizeof(mfn_t)) // in a page

static mfn_t *own; // the longer list: a reservation for as many frames as there can be

void p2m_set(pfn_t pfn, mfn_t mfn)
{
    unsigned long flags = mm_lock();

    pv_p2m[pfn] = mfn;
    mm_unlock(flags);
}

static bool move(void)
{
    size_t size = ROUND_UP(pv_p2m_size, ENTRIES);
    unsigned long flags;
    void *list;

    if (vm_reserve(MAX_FRAMES * sizeof(mfn_t), PAGE_SIZE, VM_ANYWHERE, &list))
        return false;
    if (vm_commit(list, size * sizeof(mfn_t), VM_READ | VM_WRITE)) {
        vm_release(list, MAX_FRAMES * sizeof(mfn_t));
        return false;
    }
    own = list;
    for (size_t i = pv_p2m_size; i < size; i++)
        own[i] = MFN_NONE;
    flags = mm_lock();
    memcpy(own, pv_p2m, pv_p2m_size * sizeof(mfn_t));
    pv_p2m = own;
    pv_p2m_size = size;
    mm_unlock(flags);
    return true;
}

bool p2m_reach(pfn_t pfn)
{
    if (pfn < pv_p2m_size)
        return true;
    if (!own && !move())
        return false;
    while (pfn >= pv_p2m_size) {
        mfn_t *next = own + pv_p2m_size;

        if (pv_p2m_size >= MAX_FRAMES || vm_commit(next, PAGE_SIZE, VM_READ | VM_WRITE))
            return false;
        for (size_t i = 0; i < ENTRIES; i++)
            next[i] = MFN_NONE;
        write_release(&pv_p2m_size, pv_p2m_size + ENTRIES);
    }
    suspend_list_changed();
    return true;
}
