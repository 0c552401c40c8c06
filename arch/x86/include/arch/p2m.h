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
// Xen's table, readable by every PV guest (xen/arch-x86/xen-x86_64.h, MACH2PHYS_VIRT_START).
#define PV_M2P ((const pfn_t *)MACH2PHYS_VIRT_START)

static inline mfn_t pfn_to_mfn(pfn_t pfn)
{
    return CONFIG_PV ? pv_p2m[pfn] : pfn;
}

static inline pfn_t mfn_to_pfn(mfn_t mfn)
{
    return CONFIG_PV ? PV_M2P[mfn] : mfn;
}

// The top-level page table.
extern pte_t *arch_root_table;
extern pfn_t arch_root_pfn;

#endif
