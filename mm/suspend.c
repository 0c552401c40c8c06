// SPDX-License-Identifier: BSD-3-Clause
// How the toolstack finds a PV guest's list of frames: a tree with the pages of pv_p2m as leaves
// (xen/arch-x86/xen.h, struct arch_shared_info). Not by page-table root and address, which is the
// newer way: of a list that does not begin at a multiple of 1 GiB, Xen 4.17's walk of that kind can
// lose the end (xg_sr_save_x86_pv.c, map_p2m_list).
#include <xen/errno.h>
#include "internal.h"

#define ENTRIES    (PAGE_SIZE / sizeof(mfn_t))
#define MIDDLE_MAX 64 // pages of the middle level: 64 GiB with 64-bit entries

static mfn_t *tree; // the top page, then those of the middle level
static pfn_t tree_pfns[1 + MIDDLE_MAX];
static unsigned int middle_pages;

static size_t leaves(void)
{
    return (pv_p2m_size + ENTRIES - 1) / ENTRIES;
}

static void tree_fill(void)
{
    for (unsigned int i = 0; i < middle_pages; i++)
        tree[i] = pfn_to_mfn(tree_pfns[1 + i]);
    for (size_t i = 0; i < leaves(); i++)
        tree[ENTRIES + i] = vm_frame_of(pv_p2m + i * ENTRIES);
    shared_info->arch.pfn_to_mfn_frame_list_list = pfn_to_mfn(tree_pfns[0]);
    shared_info->arch.max_pfn = pv_p2m_size;
}

void suspend_list_changed(void)
{
    if (!CONFIG_PV || !tree)
        return;
    // A list that has outgrown the tree (by a GiB or more): the toolstack finds none and refuses.
    if (leaves() > middle_pages * ENTRIES)
        shared_info->arch.pfn_to_mfn_frame_list_list = 0;
    else
        tree_fill();
}

int mm_suspend_prepare(void)
{
    unsigned int n;

    if (!CONFIG_PV || tree)
        return 0;
    middle_pages = (leaves() + ENTRIES - 1) / ENTRIES;
    if (middle_pages > MIDDLE_MAX)
        return -XEN_E2BIG;
    for (n = 0; n <= middle_pages; n++) {
        tree_pfns[n] = frame_alloc();
        if (tree_pfns[n] == PFN_NONE)
            break;
    }
    if (n > middle_pages)
        tree = vm_map_frames(tree_pfns, n, VM_READ | VM_WRITE);
    if (!tree) {
        while (n)
            frame_free(tree_pfns[--n]);
        return -XEN_ENOMEM;
    }
    memset(tree, 0, (1 + middle_pages) * PAGE_SIZE);
    tree_fill();
    return 0;
}

void mm_resume(void)
{
    suspend_list_changed();
}
