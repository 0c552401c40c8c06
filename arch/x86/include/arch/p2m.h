// SPDX-License-Identifier: BSD-3-Clause
// The guest's frame numbers (pfn) and the machine's (mfn), both ways in constant time. Under PVH
// they are the same.
#ifndef ARCH_P2M_H
#define ARCH_P2M_H

#include <arch/arch.h>
#include <arch/page.h>

// PV: the list that the builder gave (start_info.mfn_list), one entry a pfn.
extern mfn_t *pv_p2m;
extern pfn_t pv_p2m_size;
// Xen's table, readable by every 64-bit PV guest (xen/arch-x86/xen-x86_64.h, MACH2PHYS_VIRT_START).
#define PV_M2P ((const pfn_t *)MACH2PHYS_VIRT_START)

// 32-bit PV: the table is for the guest kernel's eyes only, so this remembers (p2m_32.c).
pfn_t pv32_mfn_to_pfn(mfn_t mfn);
// Find the table. Before the first translation.
void pv32_m2p_init(void);

static inline mfn_t pfn_to_mfn(pfn_t pfn)
{
    return CONFIG_PV ? pv_p2m[pfn] : pfn;
}

static inline pfn_t mfn_to_pfn(mfn_t mfn)
{
    if (!CONFIG_PV)
        return mfn;
    return CONFIG_64BIT ? PV_M2P[mfn] : pv32_mfn_to_pfn(mfn);
}

// The top-level page table.
extern pte_t *arch_root_table;
extern pfn_t arch_root_pfn;

#endif
