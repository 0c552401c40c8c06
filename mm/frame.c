// SPDX-License-Identifier: BSD-3-Clause
// The frame allocator. RAM that was never handed out lies above moving marks and costs nothing,
// however much there is; frames that came back are bits in a tree of words, each level telling
// which words of the level below are not zero, so that allocation looks at one word a level.
//
// The lowest level comes in pages, each made when a mark reaches the part of RAM it describes:
// nothing is touched in proportion to RAM at boot, and freeing a frame never needs memory.
#include <halvm/boot.h>
#include <halvm/console.h>
#include "internal.h"

#define WORD_BITS       64
#define PAGE_WORDS      (PAGE_SIZE / sizeof(uint64_t))
#define FRAMES_PER_PAGE (PAGE_WORDS * WORD_BITS) // 128 MiB
#define MAX_FRAMES      (1UL << 24)              // 64 GiB; RAM beyond is left alone, and said so
#define LEVEL1_WORDS    (MAX_FRAMES / WORD_BITS / WORD_BITS)
#define LEVEL2_WORDS    (LEVEL1_WORDS / WORD_BITS)
#define POOL_CHUNK      PT_ENTRIES // frames that one page table maps
#define POOL_LOW        16 // refill takes at most six frames: three tables, the chunk's own, bits for it

static uint64_t *level0[MAX_FRAMES / FRAMES_PER_PAGE];
static uint64_t *level1[LEVEL1_WORDS / PAGE_WORDS + 1];
static uint64_t level2[LEVEL2_WORDS];
static uint64_t level3;
_Static_assert(LEVEL2_WORDS <= WORD_BITS, "level3 is one word");

// Parts of RAM that were never handed out. Those that are mapped (at boot or in the pool) go last,
// because page tables need them.
struct virgin {
    pfn_t next, end;
};
static struct virgin unmapped[BOOT_RAM_MAX + 1], mapped[3], pool;
static size_t total, free_count;
static size_t promised; // part of free_count that vm_commit() has been promised

static void words_of(pfn_t pfn, uint64_t **w0, uint64_t **w1, uint64_t **w2)
{
    size_t i0 = pfn / WORD_BITS, i1 = i0 / WORD_BITS;

    *w0 = &level0[i0 / PAGE_WORDS][i0 % PAGE_WORDS];
    *w1 = &level1[i1 / PAGE_WORDS][i1 % PAGE_WORDS];
    *w2 = &level2[i1 / WORD_BITS];
}

static void bit_set(pfn_t pfn)
{
    uint64_t *w0, *w1, *w2;

    words_of(pfn, &w0, &w1, &w2);
    *w0 |= 1ULL << (pfn % WORD_BITS);
    *w1 |= 1ULL << (pfn / WORD_BITS % WORD_BITS);
    *w2 |= 1ULL << (pfn / WORD_BITS / WORD_BITS % WORD_BITS);
    level3 |= 1ULL << (w2 - level2);
}

static void bit_clear(pfn_t pfn)
{
    uint64_t *w0, *w1, *w2;

    words_of(pfn, &w0, &w1, &w2);
    *w0 &= ~(1ULL << (pfn % WORD_BITS));
    if (*w0)
        return;
    *w1 &= ~(1ULL << (pfn / WORD_BITS % WORD_BITS));
    if (*w1)
        return;
    *w2 &= ~(1ULL << (pfn / WORD_BITS / WORD_BITS % WORD_BITS));
    if (!*w2)
        level3 &= ~(1ULL << (w2 - level2));
}

static bool bit_test(pfn_t pfn)
{
    size_t w0 = pfn / WORD_BITS;
    const uint64_t *page = pfn < MAX_FRAMES ? level0[w0 / PAGE_WORDS] : NULL;

    return page && (page[w0 % PAGE_WORDS] >> (pfn % WORD_BITS)) & 1;
}

static pfn_t first_returned(void)
{
    size_t w2, w1, w0;

    if (!level3)
        return PFN_NONE;
    w2 = __builtin_ctzll(level3);
    w1 = w2 * WORD_BITS + __builtin_ctzll(level2[w2]);
    w0 = w1 * WORD_BITS + __builtin_ctzll(level1[w1 / PAGE_WORDS][w1 % PAGE_WORDS]);
    return w0 * WORD_BITS + __builtin_ctzll(level0[w0 / PAGE_WORDS][w0 % PAGE_WORDS]);
}

static pfn_t virgin_next(struct virgin *v)
{
    if (v->next == v->end)
        return PFN_NONE;
    free_count--;
    return v->next++;
}

// A mapped frame whose own bits need not exist, because it is never freed.
static pfn_t take_mapped_virgin(void)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(mapped); i++) {
        if (mapped[i].next != mapped[i].end)
            return virgin_next(&mapped[i]);
    }
    return virgin_next(&pool);
}

static bool bits_page(uint64_t **slot)
{
    pfn_t pfn;

    if (likely(*slot))
        return true;
    pfn = take_mapped_virgin();
    if (pfn == PFN_NONE)
        return false;
    *slot = frame_virt(pfn);
    memset(*slot, 0, PAGE_SIZE);
    return true;
}

// Have bits for [first, last] before a frame of it is handed out.
static bool bits_ensure(pfn_t first, pfn_t last)
{
    for (pfn_t i = first / FRAMES_PER_PAGE; i <= last / FRAMES_PER_PAGE; i++) {
        if (!bits_page(&level0[i]) || !bits_page(&level1[i / WORD_BITS]))
            return false;
    }
    return true;
}

static pfn_t virgin_take(struct virgin *v, size_t n, size_t align)
{
    pfn_t pfn, last = v->next + n + align + 2 < v->end ? v->next + n + align + 2 : v->end - 1;

    if (v->next == v->end || !bits_ensure(v->next, last))
        return PFN_NONE;
    // The bits may just have come from this very range: look at its mark only now.
    pfn = ROUND_UP(v->next, align);
    if (pfn < v->next || pfn + n < pfn || pfn + n > v->end)
        return PFN_NONE;
    while (v->next < pfn)
        bit_set(v->next++);
    v->next = pfn + n;
    free_count -= n;
    return pfn;
}

// Before the last mapped frames go, map another chunk of RAM: page tables and bits must live where
// they can be written.
static void pool_refill(void)
{
    static bool refilling;
    size_t left = pool.end - pool.next;
    pfn_t chunk;

    for (unsigned int i = 0; i < ARRAY_SIZE(mapped); i++)
        left += mapped[i].end - mapped[i].next;
    if (likely(left >= POOL_LOW) || refilling)
        return;
    refilling = true;
    chunk = PFN_NONE;
    for (unsigned int i = 0; i < ARRAY_SIZE(unmapped) && chunk == PFN_NONE; i++)
        chunk = virgin_take(&unmapped[i], POOL_CHUNK, POOL_CHUNK);
    if (chunk != PFN_NONE) {
        if (pt_map_direct(chunk, POOL_CHUNK)) {
            while (pool.next != pool.end) // the rest of the old chunk
                bit_set(pool.next++);
            pool = (struct virgin){chunk, chunk + POOL_CHUNK};
            free_count += POOL_CHUNK;
        } else {
            frame_free_range_locked(chunk, POOL_CHUNK);
        }
    }
    refilling = false;
}

pfn_t frame_alloc_mapped(void)
{
    pfn_t pfn;

    pool_refill();
    pfn = take_mapped_virgin();
    if (pfn != PFN_NONE)
        return pfn;
    pfn = first_returned();
    if (pfn == PFN_NONE || pfn >= boot_info->mapped_end >> PAGE_SHIFT)
        return PFN_NONE;
    bit_clear(pfn);
    free_count--;
    return pfn;
}

pfn_t frame_alloc_aligned(size_t n, size_t align)
{
    pfn_t pfn = PFN_NONE;

    for (unsigned int i = 0; i < ARRAY_SIZE(unmapped) && pfn == PFN_NONE; i++)
        pfn = virgin_take(&unmapped[i], n, align);
    for (unsigned int i = 0; i < ARRAY_SIZE(mapped) && pfn == PFN_NONE; i++)
        pfn = virgin_take(&mapped[i], n, align);
    return pfn;
}

bool frames_promise(size_t n)
{
    // Handing n frames out can take pages of bits as well.
    if (free_count - promised < n + n / FRAMES_PER_PAGE + 3)
        return false;
    promised += n;
    return true;
}

static pfn_t alloc_one(void)
{
    pfn_t pfn = first_returned();

    if (pfn == PFN_NONE)
        return frame_alloc_aligned(1, 1);
    bit_clear(pfn);
    free_count--;
    return pfn;
}

pfn_t frame_alloc_promised(void)
{
    promised--;
    return alloc_one();
}

pfn_t frame_alloc_locked(void)
{
    return free_count > promised ? alloc_one() : PFN_NONE;
}

void frame_free_range_locked(pfn_t pfn, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bit_set(pfn + i);
    free_count += n;
}

// Runs of returned frames: looked for only when no untouched RAM is long enough.
static pfn_t find_returned_run(size_t n)
{
    size_t run = 0;

    for (pfn_t pfn = 0; pfn < MAX_FRAMES; pfn++) {
        if (!level0[pfn / FRAMES_PER_PAGE]) {
            pfn = ROUND_UP(pfn + 1, FRAMES_PER_PAGE) - 1;
            run = 0;
        } else if (!bit_test(pfn)) {
            run = 0;
        } else if (++run == n) {
            return pfn + 1 - n;
        }
    }
    return PFN_NONE;
}

pfn_t frame_alloc(void)
{
    unsigned long flags = mm_lock();
    pfn_t pfn = frame_alloc_locked();

    mm_unlock(flags);
    return pfn;
}

pfn_t frame_alloc_range(size_t n)
{
    unsigned long flags;
    pfn_t pfn;

    if (!n || n > MAX_FRAMES)
        return PFN_NONE;
    flags = mm_lock();
    pfn = free_count - promised < n ? PFN_NONE : frame_alloc_aligned(n, 1);
    if (pfn == PFN_NONE && free_count - promised >= n) {
        pfn = find_returned_run(n);
        for (size_t i = 0; pfn != PFN_NONE && i < n; i++)
            bit_clear(pfn + i);
        if (pfn != PFN_NONE)
            free_count -= n;
    }
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

void mm_get_stats(struct mm_stats *out)
{
    unsigned long flags = mm_lock();

    *out = (struct mm_stats){.frames_total = total, .frames_free = free_count};
    mm_unlock(flags);
}

static void add_virgin(pfn_t start, pfn_t end, pfn_t mapped_end)
{
    static unsigned int nr_mapped, nr_unmapped;

    if (start < end && start < mapped_end && nr_mapped < ARRAY_SIZE(mapped)) {
        pfn_t stop = end < mapped_end ? end : mapped_end;

        mapped[nr_mapped++] = (struct virgin){start, stop};
        free_count += stop - start;
        start = stop;
    }
    if (start < end && nr_unmapped < ARRAY_SIZE(unmapped)) {
        unmapped[nr_unmapped++] = (struct virgin){start, end};
        free_count += end - start;
    }
}

void frames_init(void)
{
    const struct boot_info *bi = boot_info;
    pfn_t used_start = bi->used_start >> PAGE_SHIFT, used_end = bi->used_end >> PAGE_SHIFT;
    pfn_t mapped_end = bi->mapped_end >> PAGE_SHIFT;

    for (unsigned int i = 0; i < bi->nr_ram; i++) {
        pfn_t start = bi->ram[i].start >> PAGE_SHIFT, end = bi->ram[i].end >> PAGE_SHIFT;

        total += end - start;
        if (end > MAX_FRAMES) {
            printk("mm: %lu MiB of RAM above 64 GiB are not used\n",
                   (end - (start > MAX_FRAMES ? start : MAX_FRAMES)) >> (20 - PAGE_SHIFT));
            end = MAX_FRAMES;
        }
        if (start == 0 && used_start > 0)
            start = 1; // frame 0 would be mapped at the null address
        add_virgin(start, end < used_start ? end : used_start, mapped_end);
        add_virgin(start > used_end ? start : used_end, end, mapped_end);
    }
}
