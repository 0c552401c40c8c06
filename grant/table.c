// SPDX-License-Identifier: BSD-3-Clause
// The table itself: setting it up, growing it, and taking it through a suspend.
#include <arch/arch.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/mm.h>
#include "internal.h"

struct grant_table gnt;

#define V1_PER_FRAME     (PAGE_SIZE / sizeof(struct grant_entry_v1))
#define V2_PER_FRAME     (PAGE_SIZE / sizeof(union grant_entry_v2))
#define STATUS_PER_FRAME (PAGE_SIZE / sizeof(grant_status_t))
#define FRAMES_LIMIT     4096 // of ours: the address space set aside stays bounded

void grant_count(void)
{
    __atomic_fetch_add(&gnt.hypercalls, 1, __ATOMIC_RELAXED);
}

long grant_op(unsigned int cmd, void *args, unsigned int count)
{
    grant_count();
    return hypercall_4(__HYPERVISOR_grant_table_op, cmd, (unsigned long)args, count, 0);
}

int grant_errno(int status)
{
    static const short errnos[] = {
        [-GNTST_okay] = 0,
        [-GNTST_general_error] = XEN_EIO,
        [-GNTST_bad_domain] = XEN_ESRCH,
        [-GNTST_bad_gntref] = XEN_ENOENT,
        [-GNTST_bad_handle] = XEN_EBADF,
        [-GNTST_bad_virt_addr] = XEN_EFAULT,
        [-GNTST_bad_dev_addr] = XEN_EFAULT,
        [-GNTST_no_device_space] = XEN_ENOSPC,
        [-GNTST_permission_denied] = XEN_EPERM,
        [-GNTST_bad_page] = XEN_ENXIO,
        [-GNTST_bad_copy_arg] = XEN_EDOM,
        [-GNTST_address_too_big] = XEN_ERANGE,
        [-GNTST_eagain] = XEN_EAGAIN,
        [-GNTST_no_space] = XEN_ENOSPC,
    };

    if (status > 0 || -status >= (int)ARRAY_SIZE(errnos))
        return -XEN_EIO;
    return -errnos[-status];
}

static uint32_t per_frame(void)
{
    return gnt.version == 2 ? V2_PER_FRAME : V1_PER_FRAME;
}

static uint32_t status_frames(uint32_t frames)
{
    return gnt.version == 2 ? (frames * V2_PER_FRAME + STATUS_PER_FRAME - 1) / STATUS_PER_FRAME : 0;
}

// PV: Xen lists the frames of the table, growing it first.
static int list_frames(bool status, uint32_t n)
{
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = n};
    struct gnttab_get_status_frames get = {.dom = DOMID_SELF, .nr_frames = n};
    long rc;

    if (status) {
        set_xen_guest_handle(get.frame_list, (uint64_t *)gnt.list);
        rc = grant_op(GNTTABOP_get_status_frames, &get, 1);
        return rc ? rc : grant_errno(get.status);
    }
    set_xen_guest_handle(setup.frame_list, gnt.list);
    rc = grant_op(GNTTABOP_setup_table, &setup, 1);
    return rc ? rc : grant_errno(setup.status);
}

// PVH: have Xen put frame `index` of the table at `hole`.
static int place_frame(bool status, uint32_t index, pfn_t hole)
{
    struct xen_add_to_physmap xatp = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_grant_table,
        .idx = index | (status ? XENMAPIDX_grant_table_status : 0),
        .gpfn = hole,
    };

    grant_count();
    return hypercall_memory_op(XENMEM_add_to_physmap, &xatp);
}

// PVH: nothing is behind `hole` any more.
static void vacate(pfn_t hole)
{
    struct xen_remove_from_physmap rem = {.domid = DOMID_SELF, .gpfn = hole};

    grant_count();
    hypercall_memory_op(XENMEM_remove_from_physmap, &rem);
}

// Map frames [from, to) of the table, or of its status, at base. Under PVH the hole of a frame is
// kept through a suspend, in the page tables.
static int map_frames(bool status, void *base, uint32_t from, uint32_t to)
{
    if (from == to)
        return 0;
    if (CONFIG_PV) {
        int rc = list_frames(status, to);
        mfn_t frame;

        for (uint32_t i = from; i < to && !rc; i++) {
            frame = status ? (mfn_t)((uint64_t *)gnt.list)[i] : gnt.list[i];
            rc = vm_map_foreign((char *)base + i * PAGE_SIZE, &frame, 1, VM_READ | VM_WRITE);
        }
        return rc;
    }
    for (uint32_t i = from; i < to; i++) {
        void *page = (char *)base + i * PAGE_SIZE;
        mfn_t hole = vm_frame_of(page);
        bool fresh = hole == MFN_NONE;
        int rc;

        if (fresh)
            hole = hole_alloc();
        if (hole == PFN_NONE)
            return -XEN_ENOMEM;
        rc = place_frame(status, i, hole);
        if (!rc && fresh) {
            rc = vm_map_foreign(page, &hole, 1, VM_READ | VM_WRITE);
            if (rc)
                vacate(hole);
        }
        if (rc && fresh)
            hole_free(hole);
        if (rc)
            return rc;
    }
    return 0;
}

static void unmap_frames(void *base, uint32_t n)
{
    if (CONFIG_PV) {
        vm_decommit(base, (size_t)n << PAGE_SHIFT);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        vacate(vm_frame_of((char *)base + i * PAGE_SIZE));
}

static int map_table(uint32_t from, uint32_t to)
{
    int rc = map_frames(false, gnt.bytes, from, to);

    if (rc)
        return rc;
    return map_frames(true, gnt.status, status_frames(from), status_frames(to));
}

static bool set_version(unsigned int version)
{
    struct gnttab_set_version set = {.version = version};

    return !grant_op(GNTTABOP_set_version, &set, 1) && set.version == version;
}

// A new domain's table is of version 1. Version 1 names frames in 32 bits, which is not enough for
// a PV guest on a machine with more than 16 TiB.
static unsigned int choose_version(void)
{
    bool asked = boot_option("halvm.grant=v2");

    if (!asked) {
        long top;

        if (!CONFIG_PV || boot_option("halvm.grant=v1"))
            return 1;
        top = hypercall_memory_op(XENMEM_maximum_ram_page, NULL);
        if ((int64_t)top >> 32 <= 0) // errors, and frame numbers of 32 bits
            return 1;
    }
    if (set_version(2))
        return 2;
    if (asked)
        printk("grant: Xen offers no grant table of version 2; using version 1\n");
    return 1;
}

int grant_setup(void)
{
    struct gnttab_query_size query = {.dom = DOMID_SELF};
    size_t entries;
    void *at;
    int rc;

    if (likely(gnt.version))
        return gnt.suspended ? -XEN_EBUSY : 0;
    rc = grant_op(GNTTABOP_query_size, &query, 1);
    if (!rc)
        rc = grant_errno(query.status);
    if (rc)
        return rc;
    if (!gnt.bytes) {
        gnt.frames_max = query.max_nr_frames < FRAMES_LIMIT ? query.max_nr_frames : FRAMES_LIMIT;
        // One piece: the table, its status, what we know of each reference, Xen's list of frames.
        entries = (size_t)gnt.frames_max * V1_PER_FRAME;
        rc = vm_reserve(2 * ((size_t)gnt.frames_max << PAGE_SHIFT) +
                            ROUND_UP(entries * sizeof(struct ref_info), PAGE_SIZE) +
                            gnt.frames_max * sizeof(uint64_t),
                        PAGE_SIZE, VM_ANYWHERE, &at);
        if (rc)
            return rc;
        gnt.status = (grant_status_t *)((char *)at + ((size_t)gnt.frames_max << PAGE_SHIFT));
        gnt.info = (struct ref_info *)((char *)gnt.status + ((size_t)gnt.frames_max << PAGE_SHIFT));
        gnt.list = (xen_pfn_t *)((char *)gnt.info +
                                 ROUND_UP(entries * sizeof(struct ref_info), PAGE_SIZE));
        gnt.bytes = at;
    }
    if (CONFIG_PV && vm_commit(gnt.list, ROUND_UP(gnt.frames_max * sizeof(uint64_t), PAGE_SIZE),
                               VM_READ | VM_WRITE))
        return -XEN_ENOMEM;
    gnt.version = choose_version();
    rc = grant_grow();
    if (rc)
        gnt.version = 0;
    return rc;
}

int grant_grow(void)
{
    uint32_t old = gnt.entries, first = old ? old : GNTTAB_NR_RESERVED_ENTRIES;
    uintptr_t from = (uintptr_t)&gnt.info[old], to = (uintptr_t)&gnt.info[old + per_frame()];
    int rc;

    if (gnt.frames == gnt.frames_max)
        return -XEN_ENOSPC;
    rc = vm_commit((void *)ROUND_DOWN(from, PAGE_SIZE),
                   ROUND_UP(to, PAGE_SIZE) - ROUND_DOWN(from, PAGE_SIZE), VM_READ | VM_WRITE);
    if (!rc)
        rc = map_table(gnt.frames, gnt.frames + 1);
    if (rc)
        return rc;
    gnt.frames++;
    gnt.entries += per_frame();
    for (uint32_t ref = gnt.entries; ref-- > first;) {
        gnt.info[ref].next = gnt.free;
        gnt.free = ref;
    }
    return 0;
}

void grant_get_stats(struct grant_stats *out)
{
    unsigned long flags = spin_lock(&gnt.lock);

    *out = (struct grant_stats){
        .version = gnt.version,
        .frames = gnt.frames,
        .frames_max = gnt.frames_max,
        .refs_out = gnt.out,
        .refs_deferred = gnt.deferred,
        .pages_mapped = READ_ONCE(gnt.mapped),
        .hypercalls = gnt.hypercalls,
    };
    spin_unlock(&gnt.lock, flags);
}

int grant_suspend(void)
{
    unsigned long flags = spin_lock(&gnt.lock);
    int rc = 0;

    if (READ_ONCE(gnt.mapped)) {
        rc = -XEN_EBUSY;
    } else if (gnt.version && !gnt.suspended) {
        unmap_frames(gnt.bytes, gnt.frames);
        unmap_frames(gnt.status, status_frames(gnt.frames));
        gnt.suspended = true;
    }
    spin_unlock(&gnt.lock, flags);
    return rc;
}

int grant_resume(bool fresh)
{
    unsigned long flags = spin_lock(&gnt.lock);
    int rc = 0;

    if (gnt.suspended) {
        // A table of the other version would be read wrongly by everybody.
        if (fresh && gnt.version == 2 && !set_version(2))
            rc = -XEN_ENOSYS;
        if (!rc)
            rc = map_table(0, gnt.frames);
        gnt.suspended = rc != 0;
    }
    spin_unlock(&gnt.lock, flags);
    return rc;
}
