// SPDX-License-Identifier: BSD-3-Clause
// Copies by Xen between our memory and what others granted us.
#include <halvm/mm.h>
#include "internal.h"

// Fill in one end; the flag that says it is a grant, or -errno.
static int end_fill(struct gnttab_copy_ptr *out, const struct grant_copy_end *end, uint16_t flag)
{
    if (!end->addr) {
        if (!domid_valid(end->domid))
            return -XEN_EINVAL;
        out->u.ref = end->ref;
        out->domid = end->domid;
        out->offset = end->offset;
        return flag;
    }
    out->u.gmfn = vm_frame_of(end->addr);
    out->domid = DOMID_SELF;
    out->offset = (uintptr_t)end->addr & ~PAGE_MASK;
    return out->u.gmfn == (xen_pfn_t)MFN_NONE ? -XEN_EFAULT : 0;
}

static int op_fill(struct gnttab_copy *op, const struct grant_copy *copy)
{
    int from, to;

    *op = (struct gnttab_copy){.len = copy->len, .status = STATUS_UNTOUCHED};
    from = end_fill(&op->source, &copy->from, GNTCOPY_source_gref);
    if (from < 0)
        return from;
    to = end_fill(&op->dest, &copy->to, GNTCOPY_dest_gref);
    if (to < 0)
        return to;
    op->flags = from | to;
    return 0;
}

static void retry_copy(struct gnttab_copy *op)
{
    unsigned int tries = 0;

    while (op->status == GNTST_eagain && grant_back_off(&tries)) {
        op->status = STATUS_UNTOUCHED;
        grant_op(GNTTABOP_copy, op, 1);
    }
}

int grant_copy(struct grant_copy *copies, size_t n)
{
    struct gnttab_copy *ops;
    struct batch batch;
    size_t max = batch_begin(&batch, n, sizeof(*ops)), at = 0;
    int first = 0;

    ops = batch.args;
    while (at < n) {
        size_t count = 0, from = at;
        long rc = 0;

        for (; at < n && count < max; at++) {
            copies[at].status = op_fill(&ops[count], &copies[at]);
            if (!copies[at].status)
                count++;
        }
        if (count)
            rc = grant_op(GNTTABOP_copy, ops, count);
        count = 0;
        for (; from < at; from++) {
            if (!copies[from].status) {
                if (unlikely(ops[count].status == GNTST_eagain))
                    retry_copy(&ops[count]);
                copies[from].status = grant_result(rc, ops[count++].status);
            }
            if (!first)
                first = copies[from].status;
        }
    }
    batch_end(&batch);
    return first;
}
