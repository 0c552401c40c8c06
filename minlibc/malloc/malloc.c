// SPDX-License-Identifier: BSD-3-Clause
// malloc() and its family. Small blocks come from slabs, one size class each, with a bit for every
// free block: taking and giving back are O(1), and a block that is freed twice, or was never handed
// out, is recognised. Larger ones are runs of whole pages.
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <halvm/mm.h>
#include <halvm/power.h>
#include <halvm/sched.h>

#include "malloc/heap.h"

// Classes: multiples of 16 up to 128, then four to each doubling, up to 3584.
#define FINE_CLASSES 8
#define FINE_MAX     128
#define NR_CLASSES   27
#define SMALL_MAX    3584

static struct mutex lock;
static struct page *partial[NR_CLASSES]; // slabs with a free block

static unsigned int class_of(size_t size)
{
    if (size <= FINE_MAX)
        return size ? (unsigned int)(size - 1) / 16 : 0;
    // size - 1 = 1qqx...x: the doubling is its length, the quarter its next two bits.
    unsigned int bits =
        (unsigned int)(8 * sizeof(long) - 1) - (unsigned int)__builtin_clzl(size - 1);
    return FINE_CLASSES + (bits - 7) * 4 + ((size - 1) >> (bits - 2) & 3);
}

static size_t class_size(unsigned int class)
{
    if (class < FINE_CLASSES)
        return (class + 1) * 16;
    class -= FINE_CLASSES;
    return ((size_t)FINE_MAX << class / 4) + (class % 4 + 1) * ((size_t)32 << class / 4);
}

// The fewest pages that waste at most a sixteenth and hold at least eight blocks where that is
// possible.
static size_t slab_pages(size_t size)
{
    for (size_t n = 1; n < SLAB_PAGES_MAX; n++) {
        size_t bytes = n << PAGE_SHIFT;
        if (bytes % size * 16 <= bytes && bytes / size >= 8)
            return n;
    }
    return SLAB_PAGES_MAX;
}

static void partial_insert(struct page *slab)
{
    struct page **head = &partial[slab->size_class];

    slab->prev = NULL;
    slab->next = *head;
    if (*head)
        (*head)->prev = slab;
    *head = slab;
}

static void partial_remove(struct page *slab)
{
    if (slab->next)
        slab->next->prev = slab->prev;
    if (slab->prev)
        slab->prev->next = slab->next;
    else
        partial[slab->size_class] = slab->next;
}

static struct page *slab_create(unsigned int class)
{
    size_t size = class_size(class), pages = slab_pages(size);
    size_t blocks = (pages << PAGE_SHIFT) / size;
    struct region *r;
    bool zeroed;
    struct page *slab = heap_alloc_run(pages, 1, &zeroed, &r);

    if (!slab)
        return NULL;
    for (size_t i = 0; i < pages; i++) {
        slab[i].kind = PAGE_SLAB;
        slab[i].slab_index = (uint8_t)i;
    }
    slab->size_class = (uint8_t) class;
    slab->nr_free = (uint16_t)blocks;
    for (size_t i = 0; i < SLAB_BLOCKS_MAX / 32; i++) {
        size_t left = blocks > i * 32 ? blocks - i * 32 : 0;
        slab->free[i] = left >= 32 ? ~0u : (1u << left) - 1;
    }
    partial_insert(slab);
    return slab;
}

static void slab_destroy(struct region *r, struct page *slab)
{
    partial_remove(slab);
    for (size_t i = 0; i < slab->nr_pages; i++)
        slab[i].kind = PAGE_INSIDE;
    heap_free_run(r, slab, slab->nr_pages);
}

static void *small_alloc(unsigned int class)
{
    struct page *slab = partial[class];

    if (!slab && !(slab = slab_create(class)))
        return NULL;
    unsigned int i = 0;
    while (!slab->free[i])
        i++;
    unsigned int bit = (unsigned int)__builtin_ctz(slab->free[i]);
    slab->free[i] &= ~(1u << bit);
    if (--slab->nr_free == 0)
        partial_remove(slab);

    return heap_address_of(heap_region_of_page(slab), slab) + (i * 32 + bit) * class_size(class);
}

static void small_free(struct region *r, struct page *pg, char *p)
{
    struct page *slab = pg - pg->slab_index;
    size_t size = class_size(slab->size_class);
    size_t offset = (size_t)(p - heap_address_of(r, slab));
    size_t blocks = (slab->nr_pages << PAGE_SHIFT) / size;
    size_t block = offset / size;

    if (offset % size || block >= blocks)
        panic("free(%p): not the start of a block", (void *)p);
    if (slab->free[block / 32] >> block % 32 & 1)
        panic("free(%p): this block is free already", (void *)p);
    slab->free[block / 32] |= 1u << block % 32;
    if (slab->nr_free++ == 0)
        partial_insert(slab);
    // One empty slab stays, for the program that takes and gives back one block again and again.
    if (slab->nr_free == blocks && (slab->next || slab->prev))
        slab_destroy(r, slab);
}

static size_t pages_of(size_t size)
{
    return (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

// align is a power of two. Sets *zeroed.
static void *alloc_locked(size_t size, size_t align, bool *zeroed)
{
    *zeroed = false;
    if (align <= 16) {
        if (size <= SMALL_MAX)
            return small_alloc(class_of(size));
    } else if (size <= SMALL_MAX / 2 && align <= SMALL_MAX / 2) {
        // Blocks of a power of two are aligned to it: slabs start on a page.
        size_t block = align;
        while (block < size)
            block *= 2;
        return small_alloc(class_of(block));
    }
    struct region *r;
    size_t pages = size ? pages_of(size) : 1;
    struct page *pg =
        heap_alloc_run(pages, align > PAGE_SIZE ? align >> PAGE_SHIFT : 1, zeroed, &r);
    if (!pg)
        return NULL;
    pg->kind = PAGE_RUN;
    return heap_address_of(r, pg);
}

static void *alloc(size_t size, size_t align, bool zero)
{
    bool zeroed;
    void *p = NULL;

    if (size <= PTRDIFF_MAX - PAGE_SIZE && align <= PTRDIFF_MAX / 2) {
        mutex_lock(&lock);
        p = alloc_locked(size, align, &zeroed);
        mutex_unlock(&lock);
    }
    if (!p)
        errno = ENOMEM;
    else if (zero && !zeroed)
        memset(p, 0, size);
    return p;
}

// The page of a block that is in use, or the end of the guest.
static struct page *page_of_block(struct region *r, const void *p, const char *what)
{
    struct page *pg = r ? heap_page_of(r, p) : NULL;

    if (!pg || (pg->kind != PAGE_SLAB && pg->kind != PAGE_RUN) ||
        (pg->kind == PAGE_RUN && (uintptr_t)p % PAGE_SIZE))
        panic("%s(%p): not a block of the heap, or free already", what, p);
    return pg;
}

void *malloc(size_t size)
{
    return alloc(size, 1, false);
}

void *calloc(size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        total = SIZE_MAX;
    return alloc(total, 1, true);
}

void free(void *p)
{
    if (!p)
        return;
    mutex_lock(&lock);
    struct region *r = heap_region_of(p);
    struct page *pg = page_of_block(r, p, "free");
    if (pg->kind == PAGE_SLAB)
        small_free(r, pg, p);
    else
        heap_free_run(r, pg, pg->nr_pages);
    mutex_unlock(&lock);
}

static size_t block_size(const struct page *pg)
{
    if (pg->kind == PAGE_SLAB)
        return class_size((pg - pg->slab_index)->size_class);
    return (size_t)pg->nr_pages << PAGE_SHIFT;
}

size_t malloc_usable_size(void *p)
{
    if (!p)
        return 0;
    mutex_lock(&lock);
    size_t size = block_size(page_of_block(heap_region_of(p), p, "malloc_usable_size"));
    mutex_unlock(&lock);
    return size;
}

void *realloc(void *p, size_t size)
{
    if (!p)
        return malloc(size);
    if (!size) {
        free(p);
        return NULL;
    }
    if (size > PTRDIFF_MAX - PAGE_SIZE) {
        errno = ENOMEM;
        return NULL;
    }
    mutex_lock(&lock);
    struct region *r = heap_region_of(p);
    struct page *pg = page_of_block(r, p, "realloc");
    size_t old = block_size(pg);
    bool done;
    if (pg->kind == PAGE_SLAB)
        done = size <= old && size > old / 2;
    else
        done = size > SMALL_MAX && heap_resize_run(r, pg, pg->nr_pages, pages_of(size));
    mutex_unlock(&lock);
    if (done)
        return p;

    void *copy = malloc(size);
    if (!copy)
        return NULL;
    memcpy(copy, p, size < old ? size : old);
    free(p);
    return copy;
}

void *reallocarray(void *p, size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(p, total);
}

static bool is_power_of_two(size_t n)
{
    return n && !(n & (n - 1));
}

void *aligned_alloc(size_t align, size_t size)
{
    if (!is_power_of_two(align)) {
        errno = EINVAL;
        return NULL;
    }
    return alloc(size, align, false);
}

void *memalign(size_t align, size_t size)
{
    return aligned_alloc(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    if (!is_power_of_two(align) || align % sizeof(void *))
        return EINVAL;
    int saved = errno;
    void *p = alloc(size, align, false);
    errno = saved;
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

void *valloc(size_t size)
{
    return aligned_alloc(PAGE_SIZE, size);
}

void *pvalloc(size_t size)
{
    if (size > PTRDIFF_MAX - PAGE_SIZE) {
        errno = ENOMEM;
        return NULL;
    }
    return aligned_alloc(PAGE_SIZE, ROUND_UP(size, PAGE_SIZE));
}
