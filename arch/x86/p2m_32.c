// SPDX-License-Identifier: BSD-3-Clause
// From the machine's frame numbers to the guest's, 32-bit PV. Xen maps its table for ring 1 only
// (xen: arch/x86/x86_64/mm.c), so a thread would need the gate for each look. But a builder takes
// memory in large pieces, in which pfn and mfn go up together: what the last look in a piece found
// is a good guess for the next, and the list of the other direction proves it.
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <arch/traps.h>
#include <halvm/power.h>
#include "internal.h"

#define PIECE_FRAMES 512 // 2 MiB
#define GUESSES      256

const pfn_t *m2p_table; // Xen's; the gate reads it too

// pfn - mfn, by piece. Words that any vCPU may overwrite at any time: a wrong one proves wrong.
static pfn_t guesses[GUESSES];

static bool in_user_mode(void)
{
    unsigned int cs;

    __asm__("mov %%cs, %0" : "=r"(cs));
    return (cs & 3) == 3;
}

pfn_t pv32_mfn_to_pfn(mfn_t mfn)
{
    pfn_t *guess = &guesses[mfn / PIECE_FRAMES % GUESSES];
    pfn_t pfn = mfn + READ_ONCE(*guess);

    if (likely(pfn < pv_p2m_size && pv_p2m[pfn] == mfn))
        return pfn;
    pfn = in_user_mode() ? gate_call(GATE_M2P, mfn) : m2p_table[mfn];
    WRITE_ONCE(*guess, pfn - mfn);
    return pfn;
}

void pv32_m2p_init(void)
{
    struct xen_machphys_mapping map;
    long rc = hypercall_memory_op(XENMEM_machphys_mapping, &map);

    if (rc)
        panic("XENMEM_machphys_mapping: error %ld", rc);
    m2p_table = (const pfn_t *)map.v_start;
}
