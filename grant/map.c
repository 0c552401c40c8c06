// SPDX-License-Identifier: BSD-3-Clause
// Other domains' pages in our address space.
//
// PV: Xen writes the page-table entry, whose machine address it is told; the tables are made first.
// PVH: Xen puts the page behind a frame number of ours that has nothing behind it (a hole), and the
// entry that maps the hole is ours to write, after Xen has filled it and until before Xen empties
// it.
#include <arch/page.h>
#include <halvm/events.h>
#include <halvm/mm.h>
#include "internal.h"

static uint32_t map_flags(bool readonly)
{
    uint32_t flags = GNTMAP_host_map | (readonly ? GNTMAP_readonly : 0);

    if (CONFIG_PV) // threads run in user mode: the "application" of this flag
        flags |=
            GNTMAP_contains_pte | GNTMAP_application_map | VM_ENTRY_AVAIL << _GNTMAP_guest_avail0;
    return flags;
}

// What tells Xen where pages [i, i + n) are to be mapped, or are. False when out of memory.
static bool host_addresses(const void *addr, const struct grant_page *pages, size_t n,
                           uint64_t *first, size_t stride)
{
    size_t i = 0;

    if (!CONFIG_PV) {
        for (; i < n; i++)
            *(uint64_t *)((char *)first + i * stride) = (uint64_t)pages[i].hole << PAGE_SHIFT;
        return true;
    }
    while (i < n) {
        maddr_t entry;
        size_t run;

        if (vm_entry_address((const char *)addr + (i << PAGE_SHIFT), &entry, &run))
            return false;
        for (; run && i < n; run--, i++, entry += sizeof(pte_t))
            *(uint64_t *)((char *)first + i * stride) = entry;
    }
    return true;
}

static void retry_map(struct gnttab_map_grant_ref *op)
{
    unsigned int tries = 0;

    while (op->status == GNTST_eagain && grant_back_off(&tries)) {
        op->status = STATUS_UNTOUCHED;
        grant_op(GNTTABOP_map_grant_ref, op, 1);
    }
}

// One hypercall's worth. Each page's status is set.
static void map_batch(halvm_domid_t remote, struct gnttab_map_grant_ref *ops, void *addr,
                      struct grant_page *pages, size_t n, uint32_t flags)
{
    long rc = host_addresses(addr, pages, n, &ops->host_addr, sizeof(*ops)) ? 0 : -XEN_ENOMEM;

    for (size_t i = 0; i < n; i++) {
        ops[i].flags = flags;
        ops[i].ref = pages[i].ref;
        ops[i].dom = remote;
        ops[i].status = STATUS_UNTOUCHED;
    }
    if (!rc)
        rc = grant_op(GNTTABOP_map_grant_ref, ops, n);
    for (size_t i = 0; i < n; i++) {
        if (unlikely(ops[i].status == GNTST_eagain))
            retry_map(&ops[i]);
        pages[i].status = grant_result(rc, ops[i].status);
        pages[i].handle = ops[i].handle;
        if (!pages[i].status)
            __atomic_fetch_add(&gnt.mapped, 1, __ATOMIC_RELAXED);
    }
}

// How many of the first n pages are mapped, without a gap.
static size_t mapped_run(const struct grant_page *pages, size_t n)
{
    size_t run = 0;

    while (run < n && !pages[run].status)
        run++;
    return run;
}

// Unmap those pages whose status is 0, which then becomes the unmapping's. The number that remain
// mapped.
static size_t unmap_mapped(void *addr, struct grant_page *pages, size_t n)
{
    struct gnttab_unmap_grant_ref *ops;
    struct batch batch;
    size_t max = batch_begin(&batch, n, sizeof(*ops)), at = 0, stuck = 0;

    ops = batch.args;
    while (at < n) {
        size_t count = 0, from = at;
        long rc = 0;

        while (at < n && count < max) {
            size_t run = mapped_run(&pages[at], n - at < max - count ? n - at : max - count);

            if (!run) {
                at++;
                continue;
            }
            host_addresses((char *)addr + (at << PAGE_SHIFT), &pages[at], run,
                           &ops[count].host_addr, sizeof(*ops));
            for (; run; run--, count++, at++) {
                ops[count].dev_bus_addr = 0;
                ops[count].handle = pages[at].handle;
                ops[count].status = STATUS_UNTOUCHED;
            }
        }
        if (count)
            rc = grant_op(GNTTABOP_unmap_grant_ref, ops, count);
        count = 0;
        for (; from < at; from++) {
            if (pages[from].status)
                continue;
            pages[from].status = grant_result(rc, ops[count++].status);
            if (pages[from].status)
                stuck++;
            else
                __atomic_fetch_sub(&gnt.mapped, 1, __ATOMIC_RELAXED);
        }
    }
    batch_end(&batch);
    return stuck;
}

static bool holes_take(struct grant_page *pages, size_t n)
{
    for (size_t i = 0; i < n && !CONFIG_PV; i++) {
        pages[i].hole = hole_alloc();
        if (pages[i].hole == PFN_NONE) {
            while (i--)
                hole_free(pages[i].hole);
            return false;
        }
    }
    return true;
}

static void holes_return(const struct grant_page *pages, size_t n)
{
    for (size_t i = 0; i < n && !CONFIG_PV; i++)
        hole_free(pages[i].hole);
}

// PVH: the second half of a mapping.
static int map_holes(void *addr, const struct grant_page *pages, size_t n, bool readonly)
{
    mfn_t run[64];
    int rc = 0;

    for (size_t at = 0; at < n && !rc && !CONFIG_PV; at += ARRAY_SIZE(run)) {
        size_t count = n - at < ARRAY_SIZE(run) ? n - at : ARRAY_SIZE(run);

        for (size_t i = 0; i < count; i++)
            run[i] = pages[at + i].hole;
        rc = vm_map_foreign((char *)addr + (at << PAGE_SHIFT), run, count,
                            readonly ? VM_READ : VM_READ | VM_WRITE);
    }
    return rc;
}

static int first_error(const struct grant_page *pages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (pages[i].status)
            return pages[i].status;
    }
    return 0;
}

// Undo a mapping of which some pages failed, leaving the statuses that tell why.
static int undo(void *addr, struct grant_page *pages, size_t n, int why)
{
    if (!CONFIG_PV)
        vm_decommit(addr, n << PAGE_SHIFT);
    // Pages that Xen would not unmap again keep their addresses and holes for good.
    if (!unmap_mapped(addr, pages, n)) {
        holes_return(pages, n);
        vm_release(addr, n << PAGE_SHIFT);
    }
    return why;
}

int grant_map(halvm_domid_t remote, struct grant_page *pages, size_t n, bool readonly, void **addr)
{
    struct batch batch;
    size_t max;
    void *at;
    int rc;

    if (!n || n > SIZE_MAX >> PAGE_SHIFT || !domid_valid(remote))
        return -XEN_EINVAL;
    // Under PVH a page has one frame number: mapping our own at a hole would take it away from
    // where it was.
    if (!CONFIG_PV && remote == evtchn_own_domid())
        return -XEN_EOPNOTSUPP;
    rc = vm_reserve(n << PAGE_SHIFT, PAGE_SIZE, VM_ANYWHERE, &at);
    if (rc)
        return rc;
    if (!holes_take(pages, n)) {
        vm_release(at, n << PAGE_SHIFT);
        return -XEN_ENOMEM;
    }
    max = batch_begin(&batch, n, sizeof(struct gnttab_map_grant_ref));
    for (size_t i = 0; i < n; i += max)
        map_batch(remote, batch.args, (char *)at + (i << PAGE_SHIFT), &pages[i],
                  n - i < max ? n - i : max, map_flags(readonly));
    batch_end(&batch);
    rc = first_error(pages, n);
    if (!rc)
        rc = map_holes(at, pages, n, readonly);
    if (rc)
        return undo(at, pages, n, rc);
    *addr = at;
    return 0;
}

int grant_unmap(void *addr, struct grant_page *pages, size_t n)
{
    size_t stuck;

    for (size_t i = 0; i < n; i++)
        pages[i].status = 0;
    if (!CONFIG_PV) // no vCPU may find the hole any more when it is emptied
        vm_decommit(addr, n << PAGE_SHIFT);
    stuck = unmap_mapped(addr, pages, n);
    if (stuck)
        return first_error(pages, n);
    holes_return(pages, n);
    return vm_release(addr, n << PAGE_SHIFT);
}
