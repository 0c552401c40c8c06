// SPDX-License-Identifier: BSD-3-Clause
#include "malloc/heap.h"

#include <halvm/mm.h>

// Address space that one region takes, unless a block needs more. It costs nothing until it is
// used.
#define REGION_SIZE ((size_t)1 << (sizeof(void *) == 8 ? 35 : 26))
// Memory is taken from the kernel in steps: this part of what the heap has, between these bounds;
// at first as much as it has, so that a program with one small block has one page.
#define GROW_SHIFT     3
#define GROW_PAGES_MIN 16
#define GROW_PAGES_MAX 256
// Free memory that is kept rather than given back: this many pages and a quarter of what is in use.
#define KEEP_PAGES 256
// Shorter runs are never given back.
#define GIVE_BACK_PAGES 16

#define NR_BINS 32

struct heap_figures heap_figures;

static struct region *regions;
static struct page *bins[2][NR_BINS]; // by committed, by size
static uint32_t bins_used[2];

// Runs of 1..15 pages have a bin for each length; from 16 on there is one for each power of two.
static unsigned int bin_of(size_t nr)
{
    if (nr < 16)
        return (unsigned int)nr;
    unsigned int bin = 12 + (unsigned int)(8 * sizeof(long) - 1) - (unsigned int)__builtin_clzl(nr);
    return bin < NR_BINS ? bin : NR_BINS - 1;
}

struct region *heap_region_of(const void *p)
{
    for (struct region *r = regions; r; r = r->next) {
        if ((uintptr_t)p - (uintptr_t)r->base < r->nr_used << PAGE_SHIFT)
            return r;
    }
    return NULL;
}

struct region *heap_region_of_page(const struct page *pg)
{
    struct region *r = regions;

    while ((uintptr_t)pg - (uintptr_t)r->pages >= r->nr_pages * sizeof(*pg))
        r = r->next;
    return r;
}

static void bin_insert(struct page *pg, size_t nr)
{
    unsigned int bin = bin_of(nr);
    struct page **head = &bins[pg->committed][bin];

    pg->kind = pg[nr - 1].kind = PAGE_FREE;
    pg->nr_pages = pg[nr - 1].nr_pages = (uint32_t)nr;
    pg->prev = NULL;
    pg->next = *head;
    if (*head)
        (*head)->prev = pg;
    *head = pg;
    bins_used[pg->committed] |= 1u << bin;
    if (pg->committed)
        heap_figures.committed_free += nr;
}

static void bin_remove(struct page *pg)
{
    size_t nr = pg->nr_pages;
    unsigned int bin = bin_of(nr);

    if (pg->next)
        pg->next->prev = pg->prev;
    if (pg->prev)
        pg->prev->next = pg->next;
    else if (!(bins[pg->committed][bin] = pg->next))
        bins_used[pg->committed] &= ~(1u << bin);
    pg->kind = pg[nr - 1].kind = PAGE_INSIDE;
    if (pg->committed)
        heap_figures.committed_free -= nr;
}

// Pages to skip so that the run starts aligned.
static size_t skip_of(const struct region *r, const struct page *pg, size_t align)
{
    uintptr_t number = (uintptr_t)heap_address_of(r, pg) >> PAGE_SHIFT;
    return (size_t)(-number & (align - 1));
}

static struct page *bin_find(size_t nr, size_t align, bool committed, struct region **where)
{
    uint32_t candidates = bins_used[committed] & ~((1u << bin_of(nr)) - 1);

    for (; candidates; candidates &= candidates - 1) {
        // In a bin of one length any run will do; in the others few are looked at before the next
        // larger bin, where all fit.
        unsigned int tries = 16;
        for (struct page *pg = bins[committed][__builtin_ctz(candidates)]; pg && tries;
             pg = pg->next) {
            struct region *r = heap_region_of_page(pg);
            if (pg->nr_pages >= nr + skip_of(r, pg, align)) {
                *where = r;
                return pg;
            }
            tries--;
        }
    }
    return NULL;
}

static struct region *region_create(size_t nr)
{
    size_t overhead = sizeof(struct region) + PAGE_SIZE;
    size_t entry = PAGE_SIZE + sizeof(struct page);
    size_t least = ROUND_UP(nr * entry + overhead, PAGE_SIZE);
    size_t size = least > REGION_SIZE ? least : REGION_SIZE;
    void *space = NULL;

    while (vm_reserve(size, PAGE_SIZE, VM_ANYWHERE, &space) != 0) {
        if (size <= least)
            return NULL;
        size = size / 2 > least ? ROUND_UP(size / 2, PAGE_SIZE) : least;
    }
    if (vm_commit(space, PAGE_SIZE, VM_READ | VM_WRITE) != 0) {
        vm_release(space, size);
        return NULL;
    }
    struct region *r = space;
    r->pages = (struct page *)(r + 1);
    r->nr_pages = (size - overhead) / entry;
    r->base = (char *)space + size - (r->nr_pages << PAGE_SHIFT);
    r->nr_known = (PAGE_SIZE - sizeof(*r)) / sizeof(struct page);
    r->reserved = size;
    r->next = regions;
    regions = r;
    return r;
}

// Let pages[0..nr) be touched.
static bool region_know(struct region *r, size_t nr)
{
    if (nr <= r->nr_known)
        return true;
    char *from = (char *)ROUND_UP((uintptr_t)&r->pages[r->nr_known], PAGE_SIZE);
    char *to = (char *)ROUND_UP((uintptr_t)&r->pages[nr], PAGE_SIZE);
    if (to > from && vm_commit(from, (size_t)(to - from), VM_READ | VM_WRITE) != 0)
        return false;
    r->nr_known = (size_t)(to - (char *)r->pages) / sizeof(struct page);
    return true;
}

// Append `nr` committed pages to the region as a free run.
static bool region_extend(struct region *r, size_t nr)
{
    char *end = r->base + (r->nr_used << PAGE_SHIFT);

    if (nr > r->nr_pages - r->nr_used || !region_know(r, r->nr_used + nr))
        return false;
    if (vm_commit(end, nr << PAGE_SHIFT, VM_READ | VM_WRITE) != 0)
        return false;

    struct page *pg = &r->pages[r->nr_used];
    r->nr_used += nr;
    pg->committed = pg->zeroed = true;
    if (pg > r->pages && pg[-1].kind == PAGE_FREE) {
        struct page *before = pg - pg[-1].nr_pages;
        if (before->committed) {
            bin_remove(before);
            nr += before->nr_pages;
            pg = before;
        }
    }
    bin_insert(pg, nr);
    return true;
}

// How many pages are missing at the end of the region for a run of nr.
static size_t region_missing(const struct region *r, size_t nr, size_t align)
{
    const struct page *end = &r->pages[r->nr_used];

    if (r->nr_used && end[-1].kind == PAGE_FREE && (end - end[-1].nr_pages)->committed)
        end -= end[-1].nr_pages;
    size_t have = (size_t)(&r->pages[r->nr_used] - end);
    size_t want = nr + skip_of(r, end, align);
    // Enough may be there and still not be found (bin_find gives up early): a page more puts it
    // first in its bin.
    return want > have ? want - have : 1;
}

static bool heap_grow(size_t nr, size_t align)
{
    size_t total = heap_figures.allocated + heap_figures.committed_free;
    size_t step = total >> GROW_SHIFT;

    if (step < GROW_PAGES_MIN)
        step = total < GROW_PAGES_MIN ? total : GROW_PAGES_MIN;
    if (step > GROW_PAGES_MAX)
        step = GROW_PAGES_MAX;
    for (struct region *r = regions; r; r = r->next) {
        size_t missing = region_missing(r, nr, align);
        if ((step > missing && region_extend(r, step)) || region_extend(r, missing))
            return true;
    }
    struct region *r = region_create(nr + align);
    return r && region_extend(r, region_missing(r, nr, align));
}

static bool run_commit(struct region *r, struct page *pg, size_t nr)
{
    return vm_commit(heap_address_of(r, pg), nr << PAGE_SHIFT, VM_READ | VM_WRITE) == 0;
}

struct page *heap_alloc_run(size_t nr, size_t align, bool *zeroed, struct region **where)
{
    struct page *run = bin_find(nr, align, true, where);

    if (!run) {
        run = bin_find(nr, align, false, where);
        if (run && !run_commit(*where, run + skip_of(*where, run, align), nr))
            return NULL;
    }
    if (!run) {
        if (nr > SIZE_MAX >> (PAGE_SHIFT + 1) || !heap_grow(nr, align))
            return NULL;
        run = bin_find(nr, align, true, where);
        if (!run)
            return NULL;
    }

    size_t total = run->nr_pages, skip = skip_of(*where, run, align);
    bool committed = run->committed, clean = run->zeroed || !committed;
    struct page *pg = run + skip, *rest = pg + nr;

    bin_remove(run);
    if (skip)
        bin_insert(run, skip);
    if (total > skip + nr) {
        rest->committed = committed;
        rest->zeroed = clean;
        bin_insert(rest, total - skip - nr);
    }
    *zeroed = clean;
    pg->nr_pages = (uint32_t)nr;
    heap_figures.allocated += nr;
    return pg;
}

// Insert a run, joined with its neighbours that are in the same state.
static void run_join(struct region *r, struct page *pg, size_t nr)
{
    struct page *after = pg + nr;

    if (after < &r->pages[r->nr_used] && after->kind == PAGE_FREE &&
        after->committed == pg->committed) {
        bin_remove(after);
        pg->zeroed &= after->zeroed;
        nr += after->nr_pages;
    }
    if (pg > r->pages && pg[-1].kind == PAGE_FREE) {
        struct page *before = pg - pg[-1].nr_pages;
        if (before->committed == pg->committed) {
            bin_remove(before);
            before->zeroed &= pg->zeroed;
            nr += before->nr_pages;
            pg = before;
        }
    }
    bin_insert(pg, nr);
}

void heap_free_run(struct region *r, struct page *pg, size_t nr)
{
    bool keep = heap_figures.committed_free + nr <= KEEP_PAGES + heap_figures.allocated / 4;

    heap_figures.allocated -= nr;
    pg->kind = PAGE_INSIDE;
    pg->committed = true;
    pg->zeroed = false;
    if (!keep && nr >= GIVE_BACK_PAGES &&
        vm_decommit(heap_address_of(r, pg), nr << PAGE_SHIFT) == 0)
        pg->committed = false;
    run_join(r, pg, nr);
}

bool heap_resize_run(struct region *r, struct page *pg, size_t old, size_t nr)
{
    if (nr == old)
        return true;
    if (nr < old) {
        pg->nr_pages = (uint32_t)nr;
        heap_free_run(r, pg + nr, old - nr);
        return true;
    }
    struct page *after = pg + old;
    if (after >= &r->pages[r->nr_used] || after->kind != PAGE_FREE || after->nr_pages < nr - old)
        return false;
    if (!after->committed && !run_commit(r, after, nr - old))
        return false;

    size_t total = after->nr_pages;
    struct page *rest = pg + nr;
    bin_remove(after);
    if (total > nr - old) {
        rest->committed = after->committed;
        rest->zeroed = after->zeroed;
        bin_insert(rest, total - (nr - old));
    }
    heap_figures.allocated += nr - old;
    pg->nr_pages = (uint32_t)nr;
    return true;
}
