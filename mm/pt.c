// SPDX-License-Identifier: BSD-3-Clause
// Page tables. Under PVH they are ours to write; under PV they are read-only to us, each entry is a
// request to Xen, and requests go in batches (xen/include/public/xen.h, HYPERVISOR_mmu_update).
// Tables, once made, stay.
#include <arch/hypercall.h>
#include <halvm/power.h>
#include "internal.h"

#define BATCH          64
#define INVALIDATE_MAX 32 // more pages than this: drop all translations

static struct mmu_update batch[BATCH];
static unsigned int batched;

void pt_flush(void)
{
    long rc;

    if (!CONFIG_PV || !batched)
        return;
    rc = hypercall_mmu_update(batch, batched);
    if (unlikely(rc))
        panic("mmu_update of %u entries: error %ld", batched, rc);
    batched = 0;
}

pfn_t table_pfn(const void *table)
{
    uintptr_t va = (uintptr_t)table;

    if (va >= DIRECT_BASE)
        return direct_pfn(va);
    return (va - (uintptr_t)boot_virt(0)) >> PAGE_SHIFT;
}

void pt_set(pte_t *entry, pte_t value)
{
    if (!CONFIG_PV) {
        *entry = value;
        return;
    }
    batch[batched++] = (struct mmu_update){
        .ptr = (uint64_t)pfn_to_mfn(table_pfn(entry)) << PAGE_SHIFT |
               ((uintptr_t)entry & ~PAGE_MASK) | MMU_NORMAL_PT_UPDATE,
        .val = value,
    };
    if (batched == BATCH)
        pt_flush();
}

// Xen takes a page as a table only when nothing can write to it.
static void make_read_only(void *page, pfn_t pfn)
{
    long rc;

    if (!CONFIG_PV)
        return;
    rc = hypercall_update_va_mapping(page, pte_make(pfn, PTE_PRESENT | PTE_USER | PTE_NX),
                                     UVMF_INVLPG);
    if (rc)
        panic("cannot write-protect a page table: error %ld", rc);
}

static pte_t *new_table(pfn_t *pfn)
{
    pte_t *table;

    *pfn = frame_alloc_mapped();
    if (*pfn == PFN_NONE)
        return NULL;
    table = frame_virt(*pfn);
    memset(table, 0, PAGE_SIZE);
    make_read_only(table, *pfn);
    return table;
}

pte_t *pt_find(uintptr_t va, uintptr_t *hole_end)
{
    pte_t *table = arch_root_table;

    for (unsigned int level = PT_TOP; level > 1; level--) {
        pte_t entry = table[PT_INDEX(va, level)];

        if (!(entry & PTE_PRESENT) || (entry & PTE_LARGE)) {
            *hole_end = ROUND_UP(va + 1, PT_SPAN(level));
            return NULL;
        }
        table = frame_virt(pte_pfn(entry));
    }
    return &table[PT_INDEX(va, 1)];
}

pte_t *pt_find_level2(uintptr_t va)
{
    pte_t *table = arch_root_table;

    for (unsigned int level = PT_TOP; level > 2; level--) {
        pte_t entry = table[PT_INDEX(va, level)];

        if (!(entry & PTE_PRESENT))
            return NULL;
        table = frame_virt(pte_pfn(entry));
    }
    return &table[PT_INDEX(va, 2)];
}

pte_t *pt_entry(uintptr_t va)
{
    pte_t *table = arch_root_table;

    for (unsigned int level = PT_TOP; level > 1; level--) {
        pte_t *entry = &table[PT_INDEX(va, level)];
        pfn_t pfn;

        if (!(*entry & PTE_PRESENT)) {
            table = new_table(&pfn);
            if (!table)
                return NULL;
            pt_set(entry, pte_make(pfn, PT_TABLE_RIGHTS));
            pt_flush(); // the next step reads it
        } else {
            table = frame_virt(pte_pfn(*entry));
        }
    }
    return &table[PT_INDEX(va, 1)];
}

size_t pt_map_direct(pfn_t pfn, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        pte_t *entry;

        if (pfn + i < boot_info->mapped_end >> PAGE_SHIFT)
            continue;
        entry = direct_add(pfn + i) ? pt_entry((uintptr_t)direct_virt(pfn + i)) : NULL;
        if (!entry)
            break;
        pt_set(entry, pte_make(pfn + i, PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_NX));
    }
    pt_flush();
    return i;
}

// Other vCPUs' translations are Xen's to drop as well: it knows which of them run at all, and waits
// for nobody's interrupts.
void pt_invalidate(uintptr_t va, size_t n)
{
    struct mmuext_op ops[INVALIDATE_MAX];
    bool others = nr_cpus > 1;

    if (CONFIG_HVM && others && n) {
        hypercall_2(__HYPERVISOR_hvm_op, HVMOP_flush_tlbs, 0);
        return;
    }
    if (n > INVALIDATE_MAX) {
        if (CONFIG_PV) {
            ops[0] =
                (struct mmuext_op){.cmd = others ? MMUEXT_TLB_FLUSH_ALL : MMUEXT_TLB_FLUSH_LOCAL};
            hypercall_mmuext_op(ops, 1);
        } else {
            arch_tlb_flush();
        }
        return;
    }
    for (size_t i = 0; i < n; i++, va += PAGE_SIZE) {
        if (CONFIG_PV)
            ops[i] = (struct mmuext_op){.cmd = others ? MMUEXT_INVLPG_ALL : MMUEXT_INVLPG_LOCAL,
                                        .arg1.linear_addr = va};
        else
            arch_tlb_flush_page(va);
    }
    if (CONFIG_PV && n)
        hypercall_mmuext_op(ops, n);
}
