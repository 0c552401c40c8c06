// SPDX-License-Identifier: BSD-3-Clause
// Address space. A reservation is an entry in a sorted list and nothing else; memory comes and goes
// under it page by page.
#include <arch/hypercall.h>
#include <halvm/power.h>
#include <xen/errno.h>
#include "internal.h"

#define CHUNK 64 // pages handled with interrupts off at a time
#define PTE_HELD \
    (1ULL << 9) // not accessible (VM_NONE) but owning a frame, whose address is stored inverted: a
                // non-present entry with a real address in it is what L1TF abuses, and Xen does not
                // let a PV guest write one

struct region {
    uintptr_t start, end;
    struct region *next;
};

struct spinlock mm_spinlock;

static struct region *regions; // ascending; between two lies at least one page of nothing
static struct region *spare;

static struct region *region_new(void)
{
    struct region *r = spare;

    if (!r) {
        pfn_t pfn = frame_alloc_mapped();

        if (pfn == PFN_NONE)
            return NULL;
        r = frame_virt(pfn);
        for (size_t i = 0; i < PAGE_SIZE / sizeof(*r); i++) {
            r[i].next = spare;
            spare = &r[i];
        }
        r = spare;
    }
    spare = r->next;
    return r;
}

static struct region **region_find(uintptr_t start, size_t len)
{
    for (struct region **p = &regions; *p; p = &(*p)->next) {
        if (start >= (*p)->start && start < (*p)->end)
            return len <= (*p)->end - start ? p : NULL;
    }
    return NULL;
}

// First gap of len bytes in [low, high). *link is where the new region belongs.
static uintptr_t gap_find(size_t len, size_t align, uintptr_t low, uintptr_t high,
                          struct region ***link)
{
    uintptr_t at = ROUND_UP(low, align);

    for (*link = &regions; **link; *link = &(**link)->next) {
        struct region *r = **link;

        if (r->end <= at)
            continue;
        if (r->start > at && r->start - at > len)
            break;
        at = ROUND_UP(r->end + PAGE_SIZE, align);
        if (at >= high)
            return 0;
    }
    return at < high && len < high - at ? at : 0;
}

int vm_reserve(size_t len, size_t align, unsigned int where, void **addr)
{
    uintptr_t low = where == VM_LOW ? VM_LOW_BASE : VM_BASE;
    uintptr_t high = where == VM_LOW ? VM_LOW_END : VM_END;
    struct region **link, *r;
    unsigned long flags;

    if (!len || len > VM_END || (align & (align - 1)) || where > VM_LOW)
        return -XEN_EINVAL;
    if (align < PAGE_SIZE)
        align = PAGE_SIZE;
    len = ROUND_UP(len, PAGE_SIZE);
    flags = mm_lock();
    r = region_new();
    if (r) {
        r->start = gap_find(len, align, low, high, &link);
        if (r->start) {
            r->end = r->start + len;
            r->next = *link;
            *link = r;
            *addr = (void *)r->start;
        } else {
            r->next = spare;
            spare = r;
            r = NULL;
        }
    }
    mm_unlock(flags);
    return r ? 0 : -XEN_ENOMEM;
}

static pte_t entry_make(pfn_t pfn, unsigned int prot)
{
    if (prot == VM_NONE)
        return (~pte_make(pfn, 0) & PTE_ADDR) | PTE_HELD;
    return pte_make(pfn, prot_rights(prot));
}

static bool entry_used(pte_t e)
{
    return e & (PTE_PRESENT | PTE_HELD);
}

static pfn_t entry_pfn(pte_t e)
{
    return pte_pfn(e & PTE_PRESENT ? e : ~e);
}

static bool range_valid(const void *addr, size_t len, unsigned int prot)
{
    uintptr_t start = (uintptr_t)addr;
    unsigned long flags;
    bool found;

    if ((start | len) & ~PAGE_MASK || prot > (VM_READ | VM_WRITE | VM_EXEC) ||
        (prot & (VM_WRITE | VM_EXEC)) == (VM_WRITE | VM_EXEC))
        return false;
    flags = mm_lock();
    found = region_find(start, len) != NULL;
    mm_unlock(flags);
    return found;
}

// Call fn, with the lock held, for runs of at most CHUNK pages that lie in one page table each.
// With create, missing tables are made (false: out of memory); without, what has no table is
// skipped in the largest steps that the hole allows.
typedef void chunk_fn(uintptr_t va, pte_t *entries, size_t n, void *arg);

static bool for_chunks(uintptr_t va, size_t len, bool create, chunk_fn *fn, void *arg)
{
    uintptr_t end = va + len;

    while (va < end) {
        uintptr_t stop = ROUND_UP(va + 1, CHUNK * PAGE_SIZE);
        unsigned long flags = mm_lock();
        pte_t *entries = create ? pt_entry(va) : pt_find(va, &stop);

        if (stop > end)
            stop = end;
        if (entries)
            fn(va, entries, (stop - va) >> PAGE_SHIFT, arg);
        mm_unlock(flags);
        if (!entries && create)
            return false;
        va = stop;
    }
    return true;
}

static void count_missing(uintptr_t va, pte_t *entries, size_t n, void *arg)
{
    size_t *missing = arg;

    (void)va;
    for (size_t i = 0; i < n; i++)
        *missing += !entry_used(entries[i]);
}

struct commit {
    unsigned int prot;
    bool zero;
};

static void commit_chunk(uintptr_t va, pte_t *entries, size_t n, void *arg)
{
    const struct commit *c = arg;
    bool fresh[CHUNK];

    // Through the new mapping itself, so that frames need be mapped nowhere else.
    for (size_t i = 0; i < n; i++) {
        fresh[i] = !entry_used(entries[i]);
        if (fresh[i])
            pt_set(&entries[i],
                   entry_make(frame_alloc_promised(), c->zero ? VM_READ | VM_WRITE : c->prot));
    }
    pt_flush();
    if (!c->zero)
        return;
    for (size_t i = 0; i < n; i++) {
        if (fresh[i])
            memset((void *)(va + i * PAGE_SIZE), 0, PAGE_SIZE);
    }
    if (c->prot == (VM_READ | VM_WRITE))
        return;
    for (size_t i = 0; i < n; i++) {
        if (fresh[i])
            pt_set(&entries[i], entry_make(entry_pfn(entries[i]), c->prot));
    }
    pt_flush();
    pt_invalidate(va, n);
}

static int commit(void *addr, size_t len, struct commit *c)
{
    size_t missing = 0;
    unsigned long flags;
    bool ok;

    if (!range_valid(addr, len, c->prot))
        return -XEN_EINVAL;
    // All or nothing: tables and frames are made sure of before the first page appears.
    if (!for_chunks((uintptr_t)addr, len, true, count_missing, &missing))
        return -XEN_ENOMEM;
    flags = mm_lock();
    ok = frames_promise(missing);
    mm_unlock(flags);
    if (!ok)
        return -XEN_ENOMEM;
    for_chunks((uintptr_t)addr, len, true, commit_chunk, c);
    return 0;
}

int vm_commit(void *addr, size_t len, unsigned int prot)
{
    return commit(addr, len, &(struct commit){prot, true});
}

int vm_commit_nozero(void *addr, size_t len, unsigned int prot)
{
    return commit(addr, len, &(struct commit){prot, false});
}

static void decommit_chunk(uintptr_t va, pte_t *entries, size_t n, void *arg)
{
    pfn_t frames[CHUNK];
    size_t freed = 0;
    bool used = false;

    (void)arg;
    for (size_t i = 0; i < n; i++) {
        if (!entry_used(entries[i]))
            continue;
        used = true;
        if (!(entries[i] & PTE_LENT))
            frames[freed++] = entry_pfn(entries[i]);
        pt_set(&entries[i], 0);
    }
    pt_flush();
    if (used)
        pt_invalidate(va, n);
    for (size_t i = 0; i < freed; i++)
        frame_free_range_locked(frames[i], 1);
}

int vm_decommit(void *addr, size_t len)
{
    if (!range_valid(addr, len, VM_NONE))
        return -XEN_EINVAL;
    for_chunks((uintptr_t)addr, len, false, decommit_chunk, NULL);
    return 0;
}

static void protect_chunk(uintptr_t va, pte_t *entries, size_t n, void *arg)
{
    const unsigned int *prot = arg;

    for (size_t i = 0; i < n; i++) {
        if (entry_used(entries[i]))
            pt_set(&entries[i], entry_make(entry_pfn(entries[i]), *prot));
    }
    pt_flush();
    pt_invalidate(va, n);
}

int vm_protect(void *addr, size_t len, unsigned int prot)
{
    if (!range_valid(addr, len, prot))
        return -XEN_EINVAL;
    for_chunks((uintptr_t)addr, len, false, protect_chunk, &prot);
    return 0;
}

int vm_release(void *addr, size_t len)
{
    uintptr_t start = (uintptr_t)addr;
    struct region **link, *r = NULL;
    unsigned long flags;

    len = ROUND_UP(len, PAGE_SIZE);
    flags = mm_lock();
    link = region_find(start, len);
    if (link && (*link)->start == start && (*link)->end == start + len)
        r = *link;
    mm_unlock(flags);
    if (!r)
        return -XEN_EINVAL;
    for_chunks(start, len, false, decommit_chunk, NULL);
    flags = mm_lock();
    link = region_find(start, len);
    *link = r->next;
    r->next = spare;
    spare = r;
    mm_unlock(flags);
    return 0;
}

void *vm_alloc(size_t len, unsigned int prot)
{
    void *addr;

    if (vm_reserve(len, PAGE_SIZE, VM_ANYWHERE, &addr))
        return NULL;
    if (!vm_commit(addr, ROUND_UP(len, PAGE_SIZE), prot))
        return addr;
    vm_release(addr, len);
    return NULL;
}

void *vm_map_frames(const pfn_t *pfns, size_t n, unsigned int prot)
{
    unsigned long flags;
    void *addr;

    if (vm_reserve(n << PAGE_SHIFT, PAGE_SIZE, VM_ANYWHERE, &addr))
        return NULL;
    for (size_t i = 0; i < n; i++) {
        pte_t *entry;

        flags = mm_lock();
        entry = pt_entry((uintptr_t)addr + (i << PAGE_SHIFT));
        if (entry) {
            pt_set(entry, pte_make(pfns[i], prot_rights(prot) | PTE_LENT));
            pt_flush();
        }
        mm_unlock(flags);
        if (!entry) {
            vm_release(addr, n << PAGE_SHIFT);
            return NULL;
        }
    }
    return addr;
}

void vm_for_each(void (*fn)(uintptr_t start, uintptr_t end))
{
    for (const struct region *r = regions; r; r = r->next)
        fn(r->start, r->end);
}

void mm_init(void)
{
    frames_init();
    protect_boot_mapping();
}
