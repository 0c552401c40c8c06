// SPDX-License-Identifier: BSD-3-Clause
// W^X for what was mapped before we ran: text read-only, everything else not executable, constants
// read-only, page 0 and the main stack's guard absent.
#include <halvm/power.h>
#include "internal.h"

extern char image_start[], text_end[], rodata_end[], main_stack[];

// What a page of the boot mapping may do.
static pte_t boot_rights(uintptr_t va)
{
    if (va < PAGE_SIZE || va == (uintptr_t)main_stack)
        return 0;
    if (va < (uintptr_t)image_start || va >= (uintptr_t)rodata_end)
        return PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_NX;
    return PTE_PRESENT | PTE_USER | (va < (uintptr_t)text_end ? 0 : PTE_NX);
}

// The level-2 entry for va, which exists for everything mapped at boot.
static pte_t *boot_l2_entry(uintptr_t va)
{
    pte_t *table = arch_root_table;

    for (unsigned int level = PT_TOP; level > 2; level--)
        table = frame_virt(pte_pfn(table[PT_INDEX(va, level)]));
    return &table[PT_INDEX(va, 2)];
}

// The builder mapped single pages, all rights. Text ends where a level-2 entry ends
// (arch/layout.h), and nothing lies below it, so one bit in the entries up to there takes writing
// from all text, and one in each later entry execution from all data and free memory. Only
// constants need a change per page, which costs some thousand instructions of Xen's each.
//
// In 32 bits every page needs a change: it is the guest kernel's alone until it is said to be the
// threads' too. So no more is kept mapped than boot_info says.
static void protect_pv(void)
{
    uintptr_t end = (uintptr_t)boot_virt(boot_info->mapped_end);
    uintptr_t first = (uintptr_t)(CONFIG_64BIT ? text_end : image_start);
    uintptr_t last = CONFIG_64BIT ? (uintptr_t)main_stack + 1 : end;
    pte_t *l2, *l1 = NULL;

    for (uintptr_t va = (uintptr_t)text_end; CONFIG_64BIT && va > (uintptr_t)image_start;) {
        va -= PT_SPAN(2);
        l2 = boot_l2_entry(va);
        pt_set(l2, *l2 & ~PTE_WRITE);
    }
    for (uintptr_t va = (uintptr_t)text_end; *(l2 = boot_l2_entry(va)) & PTE_PRESENT;
         va += PT_SPAN(2)) {
        if (va < end)
            pt_set(l2, *l2 | PTE_NX);
        else if (CONFIG_64BIT)
            break;
        else
            pt_set(l2, 0);
    }
    for (uintptr_t va = first; va < last; va += PAGE_SIZE) {
        pte_t rights = boot_rights(va);

        l1 = l1 && PT_INDEX(va, 1) ? l1 + 1 : pt_entry(va);
        if (va > (uintptr_t)main_stack)
            pt_set(l1, *l1 | PTE_USER);
        else
            pt_set(l1, rights ? (*l1 & PTE_ADDR) | rights : 0);
    }
    pt_flush();
    pt_invalidate((uintptr_t)image_start, SIZE_MAX);
}

// The entry mapped large pages, all rights. Those with text, constants, page 0 or the guard in
// them become tables of single pages.
static void protect_pvh(void)
{
    uintptr_t split_end = ROUND_UP((uintptr_t)main_stack + 1, PT_SPAN(2));

    for (uintptr_t va = 0; va < PVH_BOOT_MAP_END; va += PT_SPAN(2)) {
        pte_t *l2 = boot_l2_entry(va), *l1;
        pfn_t pfn;

        if (va >= boot_info->mapped_end) {
            *l2 = 0;
            continue;
        }
        if (va >= split_end) {
            *l2 |= PTE_NX;
            continue;
        }
        pfn = frame_alloc_mapped();
        if (pfn == PFN_NONE)
            panic("no memory for the image's page tables");
        l1 = frame_virt(pfn);
        for (unsigned int i = 0; i < PT_ENTRIES; i++) {
            uintptr_t page = va + i * PAGE_SIZE;
            pte_t rights = boot_rights(page);

            l1[i] = rights ? page | rights : 0;
        }
        *l2 = pte_make(pfn, PTE_PRESENT | PTE_WRITE | PTE_USER);
    }
    pt_invalidate(0, SIZE_MAX);
}

void protect_boot_mapping(void)
{
    if (CONFIG_PV)
        protect_pv();
    else
        protect_pvh();
}
