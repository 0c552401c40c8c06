// SPDX-License-Identifier: BSD-3-Clause
// The frame allocator. RAM that was never handed out lies above moving marks and costs nothing,
// however much there is; frames that came back are blocks in buddy.c. Its pages are made when a
// mark reaches the part of RAM they describe: nothing is touched in proportion to RAM at boot, and
// freeing a frame never needs memory.
#include <arch/hypercall.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include "buddy.h"
#include "internal.h"

#define POOL_CHUNK PT_ENTRIES // frames that one page table maps
#define POOL_LEAST 8          // a chunk that is worth its tables
#define POOL_LOW   16         // refill takes at most five frames: three tables, two regions' pages

#define CHECK_AFTER 1024 // frames handed out; no guest is smaller
#define RESERVATION_SPECIAL \
    24 // frames of the domain that are not in the memory map, at most (17 seen)

struct range {
    pfn_t next, end;
};

// RAM that was never handed out. What is mapped at boot goes last, because page tables need it.
static struct range unmapped[BOOT_RAM_MAX + 1], mapped[2];
static unsigned int nr_unmapped, nr_mapped;
// Mapped since (pt_map_direct()), for page tables and regions' pages only: a frame from here that
// became someone's would keep that mapping.
static struct range pools[4];

static size_t total;
static size_t free_count; // what may be handed out: all but the pools
static size_t total_boot;
static size_t check_below; // when so few are free, look whether they exist; 0: it was done
static size_t promised;    // part of it that vm_commit() has been promised

static size_t withheld; // part of it that Xen has no memory for (frames_check_reservation())

static bool available(size_t n)
{
    size_t spoken_for = promised + withheld;

    return free_count >= spoken_for && free_count - spoken_for >= n;
}

static size_t range_len(const struct range *r)
{
    return r->end - r->next;
}

static size_t pooled(void)
{
    size_t n = 0;

    for (unsigned int i = 0; i < ARRAY_SIZE(pools); i++)
        n += range_len(&pools[i]);
    return n;
}

// A frame that can be written at frame_virt(). PFN_NONE: none is left.
static pfn_t take_mapped(void)
{
    pfn_t pfn = PFN_NONE;

    if (available(1)) {
        for (unsigned int i = 0; i < nr_mapped; i++) {
            if (range_len(&mapped[i])) {
                free_count--;
                return mapped[i].next++;
            }
        }
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(pools); i++) {
        if (range_len(&pools[i]))
            return pools[i].next++;
    }
    if (available(1))
        pfn = buddy_take_below(boot_info->mapped_end >> PAGE_SHIFT);
    if (pfn != PFN_NONE)
        free_count--;
    return pfn;
}

static void pool_refill(void);

// Have the page of pfn's region.
static bool region_ensure(pfn_t pfn)
{
    pfn_t frame;
    void *page;

    if (likely(buddy_has_region(pfn)))
        return true;
    pool_refill();
    frame = take_mapped();
    if (frame == PFN_NONE)
        return false;
    page = frame_virt(frame);
    memset(page, 0, PAGE_SIZE);
    buddy_add_region(pfn, page);
    return true;
}

// The same for the next n frames of a range. The pages may come from this very range: its mark is
// looked at again for each.
static bool range_ensure(const struct range *r, size_t n)
{
    for (pfn_t i = ROUND_DOWN(r->next, REGION_FRAMES); i < r->next + n && i < r->end;
         i += REGION_FRAMES) {
        if (!region_ensure(i))
            return false;
    }
    return true;
}

// The same for the next n frames that will be taken one by one, whichever ranges they come from.
static bool ensure_ahead(size_t n)
{
    for (unsigned int i = 0; i < nr_unmapped + nr_mapped && n; i++) {
        struct range *r = i < nr_unmapped ? &unmapped[i] : &mapped[i - nr_unmapped];

        if (!range_ensure(r, n))
            return false;
        n -= n < range_len(r) ? n : range_len(r);
    }
    return true;
}

static pfn_t range_take(struct range *r, size_t n, size_t align)
{
    pfn_t pfn;

    // Frames that are skipped for the alignment go to the set too. What comes after is for
    // those to whom it was promised.
    if (n > range_len(r) || !range_ensure(r, n + align + promised))
        return PFN_NONE;
    pfn = ROUND_UP(r->next, align);
    if (pfn < r->next || pfn > r->end || n > r->end - pfn)
        return PFN_NONE;
    buddy_put(r->next, pfn - r->next);
    r->next = pfn + n;
    return pfn;
}

// n frames in a row, aligned to a power of two; counted by the caller.
static pfn_t take(size_t n, size_t align, bool even_mapped)
{
    size_t size = n > align ? n : align;
    unsigned int order = size > 1 ? 8 * sizeof(long) - __builtin_clzl(size - 1) : 0;
    pfn_t pfn;

    if (order > REGION_ORDER) {
        pfn = align <= REGION_FRAMES ? buddy_take_regions(n) : PFN_NONE;
    } else {
        pfn = buddy_take(order);
        if (pfn != PFN_NONE)
            buddy_put(pfn + n, (1UL << order) - n);
    }
    for (unsigned int i = 0; i < nr_unmapped && pfn == PFN_NONE; i++)
        pfn = range_take(&unmapped[i], n, align);
    for (unsigned int i = 0; i < nr_mapped && pfn == PFN_NONE && even_mapped; i++)
        pfn = range_take(&mapped[i], n, align);
    return pfn;
}

static void pool_grow(struct range *pool, size_t n)
{
    pfn_t chunk = available(n) ? take(n, n, false) : PFN_NONE;
    size_t got;

    if (chunk == PFN_NONE)
        return;
    got = pt_map_direct(chunk, n);
    *pool = (struct range){chunk, chunk + got};
    buddy_put(chunk + got, n - got);
    free_count -= got;
}

// Before the last mapped frames go, map more: page tables and regions' pages must lie where they
// can be written.
static void pool_refill(void)
{
    static bool refilling;
    struct range *empty = NULL;
    size_t left = 0;

    if (!nr_unmapped)
        return; // all RAM is mapped
    for (unsigned int i = 0; i < nr_mapped; i++)
        left += range_len(&mapped[i]);
    for (unsigned int i = 0; i < ARRAY_SIZE(pools); i++) {
        left += range_len(&pools[i]);
        if (!range_len(&pools[i]))
            empty = &pools[i];
    }
    if (likely(left >= POOL_LOW) || refilling || !empty)
        return;
    refilling = true;
    for (size_t n = POOL_CHUNK; n >= POOL_LEAST && !range_len(empty); n /= 2)
        pool_grow(empty, n);
    refilling = false;
}

pfn_t frame_alloc_mapped(void)
{
    pool_refill();
    return take_mapped();
}

// See balloon.c: under PVH not all RAM of the memory map need exist. Small programs never get to
// where that matters, and do not ask.
static void check_before(size_t n)
{
    if (unlikely(free_count < check_below + n) && check_below)
        frames_check_reservation();
}

bool frames_promise(size_t n)
{
    check_before(n);
    if (!available(n) || !ensure_ahead(promised + n) || !available(n))
        return false;
    promised += n;
    return true;
}

void frames_promise_back(size_t n)
{
    promised -= n;
}

pfn_t frame_alloc_promised(void)
{
    promised--;
    free_count--;
    return take(1, 1, true);
}

pfn_t frame_alloc_promised_block(size_t n)
{
    pfn_t pfn = take(n, n, true);

    if (pfn != PFN_NONE) {
        promised -= n;
        free_count -= n;
    }
    return pfn;
}

void frame_promised_block_back(pfn_t pfn, size_t n)
{
    frame_free_range_locked(pfn, n);
    promised += n;
}

pfn_t frame_alloc_range_locked(size_t n, size_t align)
{
    pfn_t pfn;

    check_before(n);
    pfn = available(n) ? take(n, align, true) : PFN_NONE;
    if (pfn != PFN_NONE)
        free_count -= n;
    return pfn;
}

void frame_free_range_locked(pfn_t pfn, size_t n)
{
    buddy_put(pfn, n);
    free_count += n;
}

pfn_t frame_alloc(void)
{
    return frame_alloc_range(1);
}

pfn_t frame_alloc_range(size_t n)
{
    unsigned long flags;
    pfn_t pfn;

    if (!n || n > MAX_FRAMES)
        return PFN_NONE;
    flags = mm_lock();
    pfn = frame_alloc_range_locked(n, 1);
    mm_unlock(flags);
    return pfn;
}

void frame_free_range(pfn_t pfn, size_t n)
{
    unsigned long flags = mm_lock();

    frame_free_range_locked(pfn, n);
    mm_unlock(flags);
}

void frame_free(pfn_t pfn)
{
    frame_free_range(pfn, 1);
}

// ---- Memory that goes to Xen and comes back: balloon.c ----

size_t frames_check_reservation(void)
{
    static bool checked;
    halvm_domid_t self = DOMID_SELF;
    long has;

    check_below = 0;
    // Once: what is withheld then is a little more than what is missing, and goes down by what is
    // given away (frame_take_for_xen()).
    if (!CONFIG_HVM || checked)
        return withheld;
    checked = true;
    // A few frames of the domain are not in the memory map: leave as many out here.
    has = hypercall_memory_op(XENMEM_current_reservation, &self) - RESERVATION_SPECIAL;
    if (has >= 0)
        withheld = (size_t)has < total ? total - has : 0;
    return withheld;
}

// From the end of RAM that was never used. It must be possible to free the frame when it comes
// back; what that takes may come from here.
static pfn_t take_last(void)
{
    unsigned int skip = CONFIG_HVM ? nr_mapped : 0;

    for (unsigned int i = nr_unmapped + skip; i--;) {
        struct range *r = i >= skip ? &unmapped[i - skip] : &mapped[i];

        while (range_len(r)) {
            pfn_t last = r->end - 1;

            if (!region_ensure(last))
                break;
            if (range_len(r) && r->end - 1 == last)
                return --r->end;
        }
    }
    return PFN_NONE;
}

pfn_t frame_take_for_xen(size_t reserve, bool *used)
{
    pfn_t pfn = PFN_NONE;

    *used = false;
    if (withheld) {
        pfn = take_last();
        // Where every number was used, none is without memory.
        withheld = pfn == PFN_NONE ? 0 : withheld - 1;
    }
    if (pfn == PFN_NONE) {
        if (!available(reserve + 1))
            return PFN_NONE;
        pfn = take_last();
        // Under PV a frame that the boot mapping refers to would stay ours as long as it does.
        if (pfn == PFN_NONE) {
            pfn = buddy_take_above(CONFIG_PV ? boot_info->mapped_end >> PAGE_SHIFT : 0);
            *used = true;
        }
    }
    if (pfn != PFN_NONE) {
        free_count--;
        total--;
    }
    return pfn;
}

bool frame_can_come(pfn_t pfn)
{
    return region_ensure(pfn);
}

void frame_came_from_xen(pfn_t pfn)
{
    frame_free_range_locked(pfn, 1);
    total++;
}

void mm_get_stats(struct mm_stats *out)
{
    unsigned long flags = mm_lock();
    size_t free;

    if (CONFIG_HVM && check_below)
        frames_check_reservation();
    free = free_count + pooled();
    *out = (struct mm_stats){
        .frames_total = total - withheld,
        .frames_free = free > withheld ? free - withheld : 0,
        .frames_boot = total_boot,
    };
    mm_unlock(flags);
}

static void add_range(pfn_t start, pfn_t end, pfn_t mapped_end)
{
    if (start < end && start < mapped_end && nr_mapped < ARRAY_SIZE(mapped)) {
        pfn_t stop = end < mapped_end ? end : mapped_end;

        mapped[nr_mapped++] = (struct range){start, stop};
        free_count += stop - start;
        start = stop;
    }
    if (start < end && nr_unmapped < ARRAY_SIZE(unmapped)) {
        unmapped[nr_unmapped++] = (struct range){start, end};
        free_count += end - start;
    }
}

void frames_init(void)
{
    const struct boot_info *bi = boot_info;
    pfn_t used_start = bi->used_start >> PAGE_SHIFT, used_end = bi->used_end >> PAGE_SHIFT;
    pfn_t mapped_end = bi->mapped_end >> PAGE_SHIFT;
    paddr_t beyond = 0;

    for (unsigned int i = 0; i < bi->nr_ram; i++) {
        paddr_t ram_start = bi->ram[i].start >> PAGE_SHIFT;
        paddr_t ram_end = bi->ram[i].end >> PAGE_SHIFT;
        pfn_t start = ram_start < MAX_FRAMES ? ram_start : MAX_FRAMES;
        pfn_t end = ram_end < MAX_FRAMES ? ram_end : MAX_FRAMES;

        total += end - start;
        beyond += (ram_end - ram_start) - (end - start);
        if (start == 0 && used_start > 0)
            start = 1; // frame 0 would be mapped at the null address
        add_range(start, end < used_start ? end : used_start, mapped_end);
        add_range(start > used_end ? start : used_end, end, mapped_end);
    }
    total_boot = total;
    if (CONFIG_HVM && free_count > CHECK_AFTER)
        check_below = free_count - CHECK_AFTER;
    if (beyond)
        printk("mm: %lu MiB of RAM above %lu GiB are not used\n",
               (unsigned long)(beyond >> (20 - PAGE_SHIFT)), MAX_FRAMES >> (30 - PAGE_SHIFT));
}
