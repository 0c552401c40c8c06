// SPDX-License-Identifier: BSD-3-Clause
// Address space. A reservation is a note (space.c) and nothing else; memory comes and goes under it
// page by page, or in large pages (large.c).
#include <arch/hypercall.h>
#include <halvm/boot.h>
#include <halvm/power.h>
#include <halvm/random.h>
#include <xen/errno.h>
#include "internal.h"
#include "space.h"

#define LARGE_RESERVATION (CONFIG_64BIT ? 1ULL << 30 : 64ULL << 20)
#define CHUNK             64 // pages handled with interrupts off at a time
#define PTE_HELD \
    (1ULL << 9) // not accessible (VM_NONE) but owning a frame, whose pfn is stored inverted: a
                // non-present entry with a real address in it is what L1TF abuses, and Xen does not
                // let a PV guest write one. Not the mfn: saving and restoring a guest translates
                // those of present entries only.

struct spinlock mm_spinlock;

size_t vm_random_below(size_t n)
{
    static bool decided, off;

    if (unlikely(!decided)) {
        off = boot_option("halvm.aslr=off");
        write_release(&decided, true);
    }
    return off ? 0 : random_below(n);
}

// Where the search for space begins: small reservations share one random place, so that they share
// page tables; large ones (heaps) share another, so that the address of the one does not tell the
// other's. It stays the same, for page tables stay where they were once needed. A quarter of the
// space is for this. With `halvm.aslr=off` everything lies in order.
static uintptr_t search_start(size_t len, uintptr_t low, uintptr_t high)
{
    static uintptr_t places[2][2];
    uintptr_t *place =
        &places[low == VM_LOW_BASE && VM_LOW_BASE != VM_BASE][len >= LARGE_RESERVATION];

    if (!*place)
        *place = low + (vm_random_below((high - low) / 4 >> PAGE_SHIFT) << PAGE_SHIFT);
    return *place;
}

int vm_reserve(size_t len, size_t align, unsigned int where, void **addr)
{
    uintptr_t low = where == VM_LOW ? VM_LOW_BASE : VM_BASE;
    uintptr_t high = where == VM_LOW ? VM_LOW_END : VM_END;
    unsigned long flags;
    uintptr_t at;

    if (!len || len > VM_END || (align & (align - 1)) || where > VM_LOW)
        return -XEN_EINVAL;
    if (align < PAGE_SIZE)
        align = PAGE_SIZE;
    if (len > high - low || align > high - low)
        return -XEN_ENOMEM;
    flags = mm_lock();
    at = space_take(ROUND_UP(len, PAGE_SIZE), align, low, high, search_start(len, low, high));
    mm_unlock(flags);
    if (!at)
        return -XEN_ENOMEM;
    *addr = (void *)at;
    return 0;
}

static pte_t entry_make(pfn_t pfn, unsigned int prot)
{
    if (prot == VM_NONE)
        return (~((pte_t)pfn << PAGE_SHIFT) & PTE_ADDR) | PTE_HELD;
    return pte_make(pfn, prot_rights(prot));
}

static bool entry_used(pte_t e)
{
    return e & (PTE_PRESENT | PTE_HELD);
}

static pfn_t entry_pfn(pte_t e)
{
    return e & PTE_PRESENT ? pte_pfn(e) : (~e & PTE_ADDR) >> PAGE_SHIFT;
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
    found = space_inside(start, len);
    mm_unlock(flags);
    return found;
}

// What to do with pages, with the lock held.
struct op {
    // A run of at most CHUNK pages, in one page table.
    void (*pages)(uintptr_t va, pte_t *entries, size_t n, void *arg);
    // A large page that lies in the range as a whole; false: take it as single pages. NULL: large
    // pages are passed over.
    bool (*large)(uintptr_t va, pte_t *entry, void *arg);
    // Missing tables are made; otherwise what has none is skipped, in the largest steps that the
    // hole allows.
    bool create;
};

// False: out of memory for tables.
static bool for_pages(uintptr_t va, size_t len, const struct op *op, void *arg)
{
    uintptr_t end = va + len;

    while (va < end) {
        uintptr_t stop = ROUND_UP(va + 1, CHUNK * PAGE_SIZE);
        uintptr_t next = ROUND_UP(va + 1, PT_SPAN(2));
        unsigned long flags = mm_lock();
        pte_t *large = CONFIG_HVM ? large_find(va) : NULL, *entries = NULL;
        bool done =
            large &&
            (!op->large || (va + PT_SPAN(2) == next && next <= end && op->large(va, large, arg)));

        if (done) {
            stop = next;
        } else {
            if (large)
                large_split(va, large);
            entries = op->create ? pt_entry(va) : pt_find(va, &stop);
        }
        if (stop > end || stop < va)
            stop = end;
        if (entries)
            op->pages(va, entries, (stop - va) >> PAGE_SHIFT, arg);
        mm_unlock(flags);
        if (!entries && !done && op->create)
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
    size_t promised; // frames that are ours to take
};

static void commit_pages(uintptr_t va, pte_t *entries, size_t n, void *arg)
{
    struct commit *c = arg;
    bool fresh[CHUNK];

    // Through the new mapping itself, so that frames need be mapped nowhere else.
    for (size_t i = 0; i < n; i++) {
        // Nothing is left to take only if another thread decommits in our range meanwhile, whose
        // fault it then is.
        fresh[i] = !entry_used(entries[i]) && c->promised;
        if (!fresh[i])
            continue;
        c->promised--;
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

static const struct op counting = {.pages = count_missing, .create = true};
static const struct op committing = {.pages = commit_pages, .create = true};

// Large pages where a whole one fits, single ones elsewhere.
static void commit_range(uintptr_t va, uintptr_t end, struct commit *c)
{
    while (va < end) {
        uintptr_t next = ROUND_UP(va + 1, PT_SPAN(2));

        if (next > end || next < va)
            next = end;
        if (CONFIG_HVM && next - va == PT_SPAN(2) && c->prot != VM_NONE &&
            c->promised >= PT_ENTRIES && large_commit(va, prot_rights(c->prot), c->zero))
            c->promised -= PT_ENTRIES;
        else
            for_pages(va, next - va, &committing, c);
        va = next;
    }
}

static int commit(void *addr, size_t len, struct commit *c)
{
    unsigned long flags;
    bool ok;

    if (!range_valid(addr, len, c->prot))
        return -XEN_EINVAL;
    // All or nothing: tables and frames are made sure of before the first page appears.
    if (!for_pages((uintptr_t)addr, len, &counting, &c->promised))
        return -XEN_ENOMEM;
    flags = mm_lock();
    ok = frames_promise(c->promised);
    mm_unlock(flags);
    if (!ok)
        return -XEN_ENOMEM;
    commit_range((uintptr_t)addr, (uintptr_t)addr + len, c);
    // Another thread may have committed some of it as well.
    flags = mm_lock();
    frames_promise_back(c->promised);
    mm_unlock(flags);
    return 0;
}

int vm_commit(void *addr, size_t len, unsigned int prot)
{
    return commit(addr, len, &(struct commit){.prot = prot, .zero = true});
}

int vm_commit_nozero(void *addr, size_t len, unsigned int prot)
{
    return commit(addr, len, &(struct commit){.prot = prot});
}

static void decommit_pages(uintptr_t va, pte_t *entries, size_t n, void *arg)
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

static bool decommit_large(uintptr_t va, pte_t *entry, void *arg)
{
    (void)arg;
    large_decommit(va, entry);
    return true;
}

static const struct op decommitting = {.pages = decommit_pages, .large = decommit_large};

int vm_decommit(void *addr, size_t len)
{
    if (!range_valid(addr, len, VM_NONE))
        return -XEN_EINVAL;
    for_pages((uintptr_t)addr, len, &decommitting, NULL);
    return 0;
}

static void protect_pages(uintptr_t va, pte_t *entries, size_t n, void *arg)
{
    const unsigned int *prot = arg;

    for (size_t i = 0; i < n; i++) {
        if (entry_used(entries[i]))
            pt_set(&entries[i], entry_make(entry_pfn(entries[i]), *prot));
    }
    pt_flush();
    pt_invalidate(va, n);
}

static bool protect_large(uintptr_t va, pte_t *entry, void *arg)
{
    unsigned int prot = *(unsigned int *)arg;

    if (prot == VM_NONE)
        return false;
    large_protect(va, entry, prot_rights(prot));
    return true;
}

static const struct op protecting = {.pages = protect_pages, .large = protect_large};

int vm_protect(void *addr, size_t len, unsigned int prot)
{
    if (!range_valid(addr, len, prot))
        return -XEN_EINVAL;
    for_pages((uintptr_t)addr, len, &protecting, &prot);
    return 0;
}

int vm_release(void *addr, size_t len)
{
    uintptr_t start = (uintptr_t)addr;
    unsigned long flags;
    bool found;

    len = ROUND_UP(len, PAGE_SIZE);
    flags = mm_lock();
    found = space_is(start, len);
    mm_unlock(flags);
    if (!found)
        return -XEN_EINVAL;
    for_pages(start, len, &decommitting, NULL);
    flags = mm_lock();
    space_give(start);
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
    space_for_each(fn);
}

void mm_init(void)
{
    frames_init();
    protect_boot_mapping();
}
