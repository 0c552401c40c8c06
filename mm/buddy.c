// SPDX-License-Identifier: BSD-3-Clause
// Free blocks. The blocks of a region, of all orders, are the nodes of a binary tree in heap order:
// node 1 is the whole region, node n is made of nodes 2n and 2n+1, and the last half of the nodes
// are its frames. A node's bit is set when that block is free and is not part of a larger free one.
// Blocks of one order have their bits side by side, and words that say which words below are not
// zero make the search for one a step a level. No level depends on how much RAM there is but the
// top one, of a bit a region.
#include <halvm/mm.h>
#include <halvm/power.h>
#include "buddy.h"
#include "internal.h"

#define WORD_BITS (8 * sizeof(long))
#define NODES     (2 * REGION_FRAMES)
#define REGIONS   (MAX_FRAMES / REGION_FRAMES)
#define ORDERS    (REGION_ORDER + 1)
#define BIT(n)    (1UL << ((n) % WORD_BITS))
#define WORDS(n)  (((n) + WORD_BITS - 1) / WORD_BITS)

struct region {
    unsigned long nodes[WORDS(NODES)];
    unsigned long words[WORDS(WORDS(NODES))]; // which of the above are not zero
    uint16_t count[ORDERS];                   // free blocks of each order
};
_Static_assert(sizeof(struct region) <= PAGE_SIZE, "a region is described by one page");

static struct region *regions[REGIONS];
static unsigned long having[ORDERS][WORDS(REGIONS)]; // regions with a free block of that order
static unsigned long having_words[ORDERS];           // which words of the above are not zero
static unsigned long orders;                         // which of the above are not zero
_Static_assert(WORDS(REGIONS) <= WORD_BITS, "having_words[] has one word an order");

static unsigned int pick(unsigned long word, bool high)
{
    return high ? WORD_BITS - 1 - __builtin_clzl(word) : (unsigned int)__builtin_ctzl(word);
}

// First or last bit that is set of bits [size, 2 * size), size a power of two. There is one.
static size_t pick_half(const unsigned long *words, size_t size, bool high)
{
    size_t n = size / WORD_BITS;

    if (size < WORD_BITS)
        return pick(words[0] & (((1UL << size) - 1) << size), high);
    for (size_t i = 0; i < n; i++) {
        size_t w = high ? 2 * n - 1 - i : n + i;

        if (words[w])
            return w * WORD_BITS + pick(words[w], high);
    }
    panic("mm: the free blocks do not add up");
}

static bool is_free(const struct region *r, size_t node)
{
    return r->nodes[node / WORD_BITS] & BIT(node);
}

static void add(struct region *r, size_t index, unsigned int order, size_t node)
{
    r->nodes[node / WORD_BITS] |= BIT(node);
    r->words[node / WORD_BITS / WORD_BITS] |= BIT(node / WORD_BITS);
    if (r->count[order]++)
        return;
    having[order][index / WORD_BITS] |= BIT(index);
    having_words[order] |= BIT(index / WORD_BITS);
    orders |= BIT(order);
}

static void take_off(struct region *r, size_t index, unsigned int order, size_t node)
{
    r->nodes[node / WORD_BITS] &= ~BIT(node);
    if (!r->nodes[node / WORD_BITS])
        r->words[node / WORD_BITS / WORD_BITS] &= ~BIT(node / WORD_BITS);
    if (--r->count[order])
        return;
    having[order][index / WORD_BITS] &= ~BIT(index);
    if (having[order][index / WORD_BITS])
        return;
    having_words[order] &= ~BIT(index / WORD_BITS);
    if (!having_words[order])
        orders &= ~BIT(order);
}

bool buddy_has_region(pfn_t pfn)
{
    return regions[pfn / REGION_FRAMES] != NULL;
}

void buddy_add_region(pfn_t pfn, void *page)
{
    regions[pfn / REGION_FRAMES] = page;
}

static void put_block(pfn_t pfn, unsigned int order)
{
    size_t index = pfn / REGION_FRAMES;
    struct region *r = regions[index];
    size_t node = (REGION_FRAMES + pfn % REGION_FRAMES) >> order;

    for (size_t n = node; n; n /= 2) {
        if (unlikely(is_free(r, n)))
            panic("mm: frame %lx was freed twice", pfn);
    }
    for (; node > 1 && is_free(r, node ^ 1); node /= 2, order++)
        take_off(r, index, order, node ^ 1);
    add(r, index, order, node);
}

void buddy_put(pfn_t pfn, size_t n)
{
    while (n) {
        unsigned int order = WORD_BITS - 1 - __builtin_clzl(n);

        if (pfn && (unsigned int)__builtin_ctzl(pfn) < order)
            order = __builtin_ctzl(pfn);
        if (order > REGION_ORDER)
            order = REGION_ORDER;
        put_block(pfn, order);
        pfn += 1UL << order;
        n -= 1UL << order;
    }
}

// The first block of exactly that order, or the last. There is one.
static size_t find(unsigned int order, bool high, size_t *node)
{
    size_t w = pick(having_words[order], high), size = REGION_FRAMES >> order;
    size_t index = w * WORD_BITS + pick(having[order][w], high);
    const struct region *r = regions[index];

    if (size < WORD_BITS) {
        *node = pick_half(r->nodes, size, high);
    } else {
        size_t word = pick_half(r->words, size / WORD_BITS, high);

        *node = word * WORD_BITS + pick(r->nodes[word], high);
    }
    return index;
}

// Take the free block of order `from`, keep its first (last) part of order `to`.
static pfn_t cut(size_t index, size_t node, unsigned int from, unsigned int to, bool high)
{
    struct region *r = regions[index];

    take_off(r, index, from, node);
    while (from > to) {
        from--;
        node = 2 * node + high;
        add(r, index, from, node ^ 1);
    }
    return index * REGION_FRAMES + ((node << to) - REGION_FRAMES);
}

pfn_t buddy_take(unsigned int order)
{
    unsigned long enough = orders >> order << order;
    unsigned int from;
    size_t index, node;

    if (!enough)
        return PFN_NONE;
    from = __builtin_ctzl(enough);
    index = find(from, false, &node);
    return cut(index, node, from, order, false);
}

pfn_t buddy_take_above(pfn_t limit)
{
    for (unsigned long left = orders; left; left &= left - 1) {
        unsigned int order = __builtin_ctzl(left);
        size_t node, index = find(order, true, &node);

        if (index * REGION_FRAMES + ((node + 1) << order) - REGION_FRAMES > limit)
            return cut(index, node, order, 0, true);
    }
    return PFN_NONE;
}

pfn_t buddy_take_below(pfn_t limit)
{
    for (unsigned long left = orders; left; left &= left - 1) {
        unsigned int order = __builtin_ctzl(left);
        size_t node, index = find(order, false, &node);

        if (index * REGION_FRAMES + (node << order) - REGION_FRAMES < limit)
            return cut(index, node, order, 0, false);
    }
    return PFN_NONE;
}

pfn_t buddy_take_regions(size_t n)
{
    size_t count = (n + REGION_FRAMES - 1) / REGION_FRAMES, run = 0;

    for (size_t i = 0; i < REGIONS; i++) {
        pfn_t pfn;

        run = having[REGION_ORDER][i / WORD_BITS] & BIT(i) ? run + 1 : 0;
        if (run < count)
            continue;
        for (size_t j = i + 1 - count; j <= i; j++)
            take_off(regions[j], j, REGION_ORDER, 1);
        pfn = (i + 1 - count) * REGION_FRAMES;
        buddy_put(pfn + n, count * REGION_FRAMES - n);
        return pfn;
    }
    return PFN_NONE;
}
