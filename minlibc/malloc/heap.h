// SPDX-License-Identifier: BSD-3-Clause
// The heap under malloc(): page runs in regions of address space. All functions want the heap's
// lock held.
//
// A region is one reservation: first an array of struct page, one for each page behind it,
// committed as the region fills; then the pages. Everything the allocator knows is in that array,
// so blocks carry no header: a block of whole pages is page aligned, and a program that writes past
// a block damages data but not the allocator.
#ifndef MINLIBC_MALLOC_HEAP_H
#define MINLIBC_MALLOC_HEAP_H

#include <halvm/types.h>

enum page_kind {
    PAGE_INSIDE = 0, // not the first page of anything
    PAGE_FREE,       // first (and last) page of a free run
    PAGE_RUN,        // first page of an allocated run
    PAGE_SLAB,       // first page of a slab of small blocks
};

#define SLAB_BLOCKS_MAX 256
#define SLAB_PAGES_MAX  8

struct page {
    uint8_t kind;
    uint8_t size_class;                  // slab
    uint8_t slab_index;                  // inside a slab: pages from its first one
    bool committed;                      // free run: there is memory under it
    bool zeroed;                         // free run: and it is all zero
    uint16_t nr_free;                    // slab: free blocks
    uint32_t nr_pages;                   // of the run or slab; in the last page of a free run too
    struct page *next, *prev;            // in the list of its kind
    uint32_t free[SLAB_BLOCKS_MAX / 32]; // slab: a bit for each free block
};

struct region {
    struct region *next;
    char *base;         // of page 0
    struct page *pages; // of this region, nr_known entries are committed
    size_t nr_pages;
    size_t nr_used; // pages that have been handed out at least once; those behind have no entry yet
    size_t nr_known; // entries of pages[] that may be touched
    size_t reserved; // bytes from the region itself
};

struct heap_figures {
    size_t committed_free; // pages
    size_t allocated;      // pages
};
extern struct heap_figures heap_figures;

// The region that holds an address, or NULL.
struct region *heap_region_of(const void *p);
struct region *heap_region_of_page(const struct page *pg);

static inline struct page *heap_page_of(const struct region *r, const void *p)
{
    return &r->pages[(size_t)((const char *)p - r->base) >> PAGE_SHIFT];
}

static inline char *heap_address_of(const struct region *r, const struct page *pg)
{
    return r->base + ((size_t)(pg - r->pages) << PAGE_SHIFT);
}

// A run of nr pages of which the first is aligned to align pages (a power of two). NULL when memory
// is out. *zeroed: the run is all zero. The caller sets the kind. *where: its region.
struct page *heap_alloc_run(size_t nr, size_t align, bool *zeroed, struct region **where);
void heap_free_run(struct region *r, struct page *pg, size_t nr);
// Make an allocated run of `old` pages `nr` pages long in place. False when what follows is not
// free.
bool heap_resize_run(struct region *r, struct page *pg, size_t old, size_t nr);

#endif
