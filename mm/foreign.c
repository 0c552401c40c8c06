// SPDX-License-Identifier: BSD-3-Clause
// Frames that are not ours: mapping them, and finding numbers for them.
#include <xen/errno.h>
#include "internal.h"

// Above all RAM and above what the toolstack puts below 4 GiB. 32-bit tables reach no further than
// that: there the holes lie between RAM and the special pages.
#define HOLES_32BIT_END (0xf0000000UL >> PAGE_SHIFT)
#define HOLES_MAX       (1UL << 18) // 1 GiB; Xen's default limit on mappings is the same
#define GIB_FRAMES      (1UL << (30 - PAGE_SHIFT))

_Static_assert(VM_ENTRY_AVAIL << 9 == PTE_LENT, "VM_ENTRY_AVAIL");

mfn_t vm_frame_of(const void *addr)
{
    uintptr_t va = (uintptr_t)addr;
    unsigned long flags = mm_lock();
    const pte_t *table = arch_root_table;
    mfn_t frame = MFN_NONE;

    for (unsigned int level = PT_TOP; level; level--) {
        pte_t entry = table[PT_INDEX(va, level)];

        if (!(entry & PTE_PRESENT))
            break;
        if (level == 1 || (entry & PTE_LARGE)) {
            frame = (entry & PTE_ADDR & ~(PT_SPAN(level) - 1)) >> PAGE_SHIFT;
            frame += (va & (PT_SPAN(level) - 1)) >> PAGE_SHIFT;
            break;
        }
        table = frame_virt(pte_pfn(entry));
    }
    mm_unlock(flags);
    return frame;
}

int vm_map_foreign(void *addr, const mfn_t *frames, size_t n, unsigned int prot)
{
    uintptr_t va = (uintptr_t)addr;
    pte_t rights = prot_rights(prot) | PTE_LENT;
    unsigned long flags;

    for (size_t i = 0; i < n;) {
        size_t stop = i + PT_ENTRIES - PT_INDEX(va + (i << PAGE_SHIFT), 1);
        pte_t *entry;

        flags = mm_lock();
        entry = pt_entry(va + (i << PAGE_SHIFT));
        for (; entry && i < n && i < stop; i++)
            pt_set(entry++, (pte_t)frames[i] << PAGE_SHIFT | rights);
        pt_flush();
        mm_unlock(flags);
        if (!entry) {
            vm_decommit(addr, i << PAGE_SHIFT);
            return -XEN_ENOMEM;
        }
    }
    return 0;
}

int vm_entry_address(const void *addr, maddr_t *entry, size_t *run)
{
    uintptr_t va = (uintptr_t)addr;
    unsigned long flags = mm_lock();
    pte_t *pte = pt_entry(va);

    if (pte)
        *entry = (maddr_t)pfn_to_mfn(table_pfn(pte)) << PAGE_SHIFT | ((uintptr_t)pte & ~PAGE_MASK);
    mm_unlock(flags);
    *run = PT_ENTRIES - PT_INDEX(va, 1);
    return pte ? 0 : -XEN_ENOMEM;
}

// Numbers that came back lie on a stack, which never needs memory when one does: it has room for
// all that were ever taken.
static struct {
    struct spinlock lock;
    uint32_t *stack;
    size_t top;
    size_t taken; // from first on
    size_t count;
    pfn_t first;
} holes;

static bool holes_init(void)
{
    const struct boot_info *bi = boot_info;
    pfn_t ram_end = bi->ram[bi->nr_ram - 1].end >> PAGE_SHIFT;
    void *stack;

    if (holes.stack)
        return true;
    if (CONFIG_64BIT) {
        if (ram_end < 4 * GIB_FRAMES)
            ram_end = 4 * GIB_FRAMES;
        holes.first = ROUND_UP(ram_end, GIB_FRAMES);
        holes.count = HOLES_MAX;
    } else {
        for (unsigned int i = 0; i < bi->nr_ram; i++) {
            if (bi->ram[i].start >> PAGE_SHIFT < HOLES_32BIT_END)
                ram_end = bi->ram[i].end >> PAGE_SHIFT;
        }
        holes.first = ROUND_UP(ram_end, PT_ENTRIES);
        holes.count = holes.first < HOLES_32BIT_END ? HOLES_32BIT_END - holes.first : 0;
        if (holes.count > HOLES_MAX)
            holes.count = HOLES_MAX;
    }
    if (vm_reserve(HOLES_MAX * sizeof(uint32_t), PAGE_SIZE, VM_ANYWHERE, &stack))
        return false;
    holes.stack = stack;
    return true;
}

pfn_t hole_alloc(void)
{
    unsigned long flags = spin_lock(&holes.lock);
    pfn_t pfn = PFN_NONE;

    if (!holes_init())
        goto out;
    if (holes.top) {
        pfn = holes.first + holes.stack[--holes.top];
    } else if (holes.taken < holes.count) {
        const size_t per_page = PAGE_SIZE / sizeof(uint32_t);

        if (holes.taken % per_page == 0 &&
            vm_commit(&holes.stack[holes.taken], PAGE_SIZE, VM_READ | VM_WRITE))
            goto out;
        pfn = holes.first + holes.taken++;
    }
out:
    spin_unlock(&holes.lock, flags);
    return pfn;
}

void hole_free(pfn_t pfn)
{
    unsigned long flags = spin_lock(&holes.lock);

    holes.stack[holes.top++] = pfn - holes.first;
    spin_unlock(&holes.lock, flags);
}
