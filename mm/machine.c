// SPDX-License-Identifier: BSD-3-Clause
// Frames that lie in a row in the machine (XENMEM_exchange), and frames of another domain.
#include <arch/hypercall.h>
#include <xen/errno.h>
#include "internal.h"

#define ORDER_MAX   9  // that Xen gives an ordinary guest
#define TRIES       16 // blocks among what was mapped at boot that are passed over
#define FOREIGN_MAX 64

// n frames that the boot mapping does not refer to, for Xen is to take them.
static pfn_t take_unmapped(size_t n)
{
    pfn_t passed[TRIES], pfn = PFN_NONE;
    unsigned int count = 0;

    while (count < TRIES) {
        pfn = frame_alloc_range(n);
        if (pfn == PFN_NONE || pfn >= boot_info->mapped_end >> PAGE_SHIFT)
            break;
        passed[count++] = pfn;
        pfn = PFN_NONE;
    }
    while (count)
        frame_free_range(passed[--count], n);
    return pfn;
}

// Xen takes the frames behind n numbers, and puts a block of frames there. lists: room for two.
static bool exchange(pfn_t pfn, size_t n, unsigned int address_bits, unsigned long *lists)
{
    xen_pfn_t *in = lists, out = pfn;
    pfn_t *numbers = lists + n;
    struct xen_memory_exchange e = {
        .in = {.nr_extents = n, .domid = DOMID_SELF},
        .out = {.nr_extents = 1,
                .extent_order = __builtin_ctzl(n),
                .mem_flags = XENMEMF_address_bits(address_bits),
                .domid = DOMID_SELF},
    };

    for (size_t i = 0; i < n; i++) {
        numbers[i] = pfn + i;
        in[i] = pfn_to_mfn(pfn + i);
    }
    if (!frames_zero(numbers, n))
        return false;
    set_xen_guest_handle(e.in.extent_start, in);
    set_xen_guest_handle(e.out.extent_start, &out);
    if (hypercall_memory_op(XENMEM_exchange, &e) || e.nr_exchanged != n)
        return false;
    for (size_t i = 0; i < n; i++)
        p2m_set(pfn + i, out + i);
    return true;
}

static bool exchanged(pfn_t pfn, size_t n, unsigned int address_bits)
{
    size_t len = ROUND_UP(2 * n * sizeof(long), PAGE_SIZE);
    void *lists = vm_alloc(len, VM_READ | VM_WRITE);
    bool ok = lists && exchange(pfn, n, address_bits, lists);

    if (lists)
        vm_release(lists, len);
    return ok;
}

static bool below(pfn_t end, unsigned int address_bits)
{
    unsigned int bits = address_bits - PAGE_SHIFT;

    return bits >= 8 * sizeof(end) || end <= 1UL << bits;
}

pfn_t frame_alloc_machine(size_t n, unsigned int address_bits)
{
    pfn_t pfn;

    if (!n || (n & (n - 1)) || n > 1 << ORDER_MAX || address_bits <= PAGE_SHIFT)
        return PFN_NONE;
    pfn = CONFIG_PV ? take_unmapped(n) : frame_alloc_range(n);
    if (pfn == PFN_NONE)
        return PFN_NONE;
    if (CONFIG_PV ? exchanged(pfn, n, address_bits) : below(pfn + n, address_bits))
        return pfn;
    frame_free_range(pfn, n);
    return PFN_NONE;
}

// PV: entries of ours with frames of another domain's are written by a call that names it.
static int map_domain_pv(halvm_domid_t domid, const mfn_t *frames, size_t n, unsigned int prot,
                         char *va)
{
    struct mmu_update requests[FOREIGN_MAX];

    for (size_t i = 0; i < n; i++) {
        maddr_t entry;
        size_t run;

        if (vm_entry_address(va + (i << PAGE_SHIFT), &entry, &run))
            return -XEN_ENOMEM;
        requests[i] = (struct mmu_update){
            .ptr = entry | MMU_NORMAL_PT_UPDATE,
            .val = (uint64_t)frames[i] << PAGE_SHIFT | prot_rights(prot) | PTE_LENT,
        };
    }
    return hypercall_4(__HYPERVISOR_mmu_update, (unsigned long)requests, n, 0, domid);
}

static void unmap_holes(const mfn_t *holes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct xen_remove_from_physmap remove = {.domid = DOMID_SELF, .gpfn = holes[i]};

        hypercall_memory_op(XENMEM_remove_from_physmap, &remove);
        hole_free(holes[i]);
    }
}

// PVH: Xen puts them into our physical space, at numbers that were nobody's.
static int map_domain_pvh(halvm_domid_t domid, const mfn_t *frames, size_t n, unsigned int prot,
                          char *va)
{
    mfn_t holes[FOREIGN_MAX];
    size_t done = 0;
    long rc = 0;

    for (; done < n && !rc; done += !rc) {
        xen_ulong_t theirs = frames[done];
        xen_pfn_t hole = hole_alloc();
        int status = 0;
        struct xen_add_to_physmap_batch add = {
            .domid = DOMID_SELF,
            .space = XENMAPSPACE_gmfn_foreign,
            .size = 1,
            .u.foreign_domid = domid,
        };

        set_xen_guest_handle(add.idxs, &theirs);
        set_xen_guest_handle(add.gpfns, &hole);
        set_xen_guest_handle(add.errs, &status);
        if (hole == PFN_NONE)
            rc = -XEN_ENOMEM;
        else if (!(rc = hypercall_memory_op(XENMEM_add_to_physmap_batch, &add)))
            rc = status;
        holes[done] = hole;
        if (rc && hole != PFN_NONE)
            hole_free(hole);
    }
    if (!rc)
        rc = vm_map_foreign(va, holes, n, prot);
    if (rc)
        unmap_holes(holes, done);
    return rc;
}

int vm_map_domain(halvm_domid_t domid, const mfn_t *frames, size_t n, unsigned int prot,
                  void **addr)
{
    int rc;

    if (!n || n > FOREIGN_MAX || prot & VM_EXEC)
        return -XEN_EINVAL;
    if (vm_reserve(n << PAGE_SHIFT, PAGE_SIZE, VM_ANYWHERE, addr))
        return -XEN_ENOMEM;
    rc = CONFIG_PV ? map_domain_pv(domid, frames, n, prot, *addr)
                   : map_domain_pvh(domid, frames, n, prot, *addr);
    if (rc)
        vm_release(*addr, n << PAGE_SHIFT);
    return rc;
}

void vm_unmap_domain(void *addr, size_t n)
{
    mfn_t holes[FOREIGN_MAX];

    for (size_t i = 0; i < n; i++)
        holes[i] = vm_frame_of((char *)addr + (i << PAGE_SHIFT));
    vm_release(addr, n << PAGE_SHIFT);
    if (!CONFIG_PV)
        unmap_holes(holes, n);
}
