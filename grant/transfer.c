// SPDX-License-Identifier: BSD-3-Clause
// Frames that change hands (PV).
#include <arch/p2m.h>
#include <halvm/mm.h>
#include "internal.h"

long grant_accept_transfer(halvm_domid_t remote, pfn_t pfn)
{
    if (!CONFIG_PV)
        return -XEN_EOPNOTSUPP;
    if (!domid_valid(remote) || pfn >= pv_p2m_size || pv_p2m[pfn] != MFN_NONE)
        return -XEN_EINVAL;
    return ref_offer(remote, pfn, GTF_accept_transfer, REF_ACCEPT, pfn);
}

static uint16_t *accept_flags(grant_ref_t ref)
{
    return gnt.version == 2 ? &gnt.v2[ref].hdr.flags : &gnt.v1[ref].flags;
}

bool transfer_withdraw(grant_ref_t ref)
{
    uint16_t offered = GTF_accept_transfer;

    // Xen commits by the same kind of exchange: one of us is first.
    return __atomic_compare_exchange_n(accept_flags(ref), &offered, 0, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

int grant_transfer_arrived(grant_ref_t ref)
{
    unsigned long flags = spin_lock(&gnt.lock);
    int rc = 0;

    if (gnt.suspended || !ref_is(ref, REF_ACCEPT)) {
        rc = -XEN_EINVAL;
    } else if (!(READ_ONCE(*accept_flags(ref)) & GTF_transfer_completed)) {
        rc = -XEN_EAGAIN;
    } else {
        rmb(); // Xen writes the frame before the flag
        p2m_set(gnt.info[ref].pfn,
                gnt.version == 2 ? gnt.v2[ref].full_page.frame : gnt.v1[ref].frame);
        entry_write(ref, 0, 0, 0);
        ref_free(ref);
    }
    spin_unlock(&gnt.lock, flags);
    return rc;
}

int grant_cancel_transfer(grant_ref_t ref)
{
    unsigned long flags = spin_lock(&gnt.lock);
    int rc = 0;

    if (gnt.suspended || !ref_is(ref, REF_ACCEPT))
        rc = -XEN_EINVAL;
    else if (!transfer_withdraw(ref))
        rc = -XEN_EBUSY;
    else
        ref_free(ref);
    spin_unlock(&gnt.lock, flags);
    return rc;
}

int grant_transfer(halvm_domid_t remote, grant_ref_t ref, pfn_t pfn)
{
    struct gnttab_transfer give = {.domid = remote, .ref = ref, .status = STATUS_UNTOUCHED};
    mfn_t mfn;
    long rc;

    if (!CONFIG_PV)
        return -XEN_EOPNOTSUPP;
    if (!domid_valid(remote) || pfn >= pv_p2m_size || pv_p2m[pfn] == MFN_NONE)
        return -XEN_EINVAL;
    mfn = pv_p2m[pfn];
    give.mfn = mfn;
    // Before the call: a frame that comes back by an offer of this pfn is not written over.
    p2m_set(pfn, MFN_NONE);
    rc = grant_op(GNTTABOP_transfer, &give, 1);
    if (rc)
        rc = rc == -XEN_EOPNOTSUPP ? rc : -XEN_EIO;
    // Xen keeps the page of a failed transfer, unless it never took it.
    if (rc == -XEN_EOPNOTSUPP || give.status == GNTST_bad_page || give.status == STATUS_UNTOUCHED)
        p2m_set(pfn, mfn);
    return rc ? rc : grant_errno(give.status);
}
