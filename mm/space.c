// SPDX-License-Identifier: BSD-3-Clause
// Reservations, in a treap: a search tree by address in which no node has a higher rank than its
// parent. Ranks are random, so that the tree is balanced whatever the order of calls. Each node
// knows the largest gap between two reservations below it, which leads the search for a gap.
#include "internal.h"
#include "space.h"

struct region {
    uintptr_t start, end;
    struct region *left, *right;
    uint32_t rank;
    // Of the subtree: where its first reservation begins and its last one ends, and the largest gap
    // between two of its reservations.
    uintptr_t low, high;
    size_t gap;
};

static struct region *root;
static struct region *spare;             // by `left`
static struct region *fresh, *fresh_end; // of the newest page

static struct region *node_new(void)
{
    struct region *r = spare;

    if (r) {
        spare = r->left;
        return r;
    }
    if (fresh == fresh_end) {
        pfn_t pfn = frame_alloc_mapped();

        if (pfn == PFN_NONE)
            return NULL;
        fresh = frame_virt(pfn);
        fresh_end = fresh + PAGE_SIZE / sizeof(*r);
    }
    return fresh++;
}

static void node_free(struct region *r)
{
    r->left = spare;
    spare = r;
}

static uint32_t next_rank(void)
{
    static uint32_t state = 0x9e3779b9;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void update(struct region *r)
{
    r->low = r->left ? r->left->low : r->start;
    r->high = r->right ? r->right->high : r->end;
    r->gap = 0;
    if (r->left) {
        r->gap = r->left->gap;
        if (r->start - r->left->high > r->gap)
            r->gap = r->start - r->left->high;
    }
    if (r->right) {
        if (r->right->gap > r->gap)
            r->gap = r->right->gap;
        if (r->right->low - r->end > r->gap)
            r->gap = r->right->low - r->end;
    }
}

// Parts of t below and above an address.
static void split(struct region *t, uintptr_t at, struct region **below, struct region **above)
{
    if (!t) {
        *below = *above = NULL;
        return;
    }
    if (t->start < at) {
        *below = t;
        split(t->right, at, &t->right, above);
    } else {
        *above = t;
        split(t->left, at, below, &t->left);
    }
    update(t);
}

// a lies below b.
static struct region *merge(struct region *a, struct region *b)
{
    if (!a || !b)
        return a ? a : b;
    if (a->rank > b->rank) {
        a->right = merge(a->right, b);
        update(a);
        return a;
    }
    b->left = merge(a, b->left);
    update(b);
    return b;
}

static struct region *insert(struct region *t, struct region *r)
{
    if (!t || r->rank > t->rank) {
        split(t, r->start, &r->left, &r->right);
        update(r);
        return r;
    }
    if (r->start < t->start)
        t->left = insert(t->left, r);
    else
        t->right = insert(t->right, r);
    update(t);
    return t;
}

static struct region *take_out(struct region *t, const struct region *r)
{
    if (t == r)
        return merge(t->left, t->right);
    if (r->start < t->start)
        t->left = take_out(t->left, r);
    else
        t->right = take_out(t->right, r);
    update(t);
    return t;
}

static struct region *find(uintptr_t addr)
{
    struct region *t = root;

    while (t && (addr < t->start || addr >= t->end))
        t = addr < t->start ? t->left : t->right;
    return t;
}

struct wish {
    size_t len, align;
    size_t gap; // what a gap must have to be looked at
    uintptr_t low, high;
};

// Where the wish fits between two reservations that end at `from` and begin at `to`; 0: it does
// not.
static uintptr_t fit(const struct wish *w, uintptr_t from, uintptr_t to)
{
    uintptr_t first = from + PAGE_SIZE > w->low ? from + PAGE_SIZE : w->low;
    uintptr_t last = to - PAGE_SIZE < w->high ? to - PAGE_SIZE : w->high;
    uintptr_t at = ROUND_UP(first, w->align);

    return at >= first && at < last && last - at >= w->len ? at : 0;
}

// The first place for it between `from` and `to`, where t has all the reservations.
static uintptr_t search(const struct region *t, const struct wish *w, uintptr_t from, uintptr_t to)
{
    uintptr_t at;

    if (to <= w->low || from >= w->high)
        return 0;
    if (!t)
        return fit(w, from, to);
    if (t->low - from < w->gap && t->gap < w->gap && to - t->high < w->gap)
        return 0;
    at = search(t->left, w, from, t->start);
    return at ? at : search(t->right, w, t->end, to);
}

static uintptr_t search_from(struct wish *w)
{
    // A gap of this size has room whatever its alignment: no subtree is looked at in vain. Failing
    // that, one that begins at the right address will do; then each that is long enough is tried.
    size_t least = w->len + 2 * PAGE_SIZE;
    uintptr_t at;

    w->gap = least + w->align - PAGE_SIZE;
    at = search(root, w, 0, -PAGE_SIZE);
    if (at || w->align == PAGE_SIZE)
        return at;
    w->gap = least;
    return search(root, w, 0, -PAGE_SIZE);
}

uintptr_t space_take(size_t len, size_t align, uintptr_t low, uintptr_t high, uintptr_t hint)
{
    struct wish w = {.len = len, .align = align, .low = hint, .high = high};
    struct region *r = node_new();
    uintptr_t at;

    if (!r)
        return 0;
    at = search_from(&w);
    if (!at && hint > low) {
        w.low = low;
        at = search_from(&w);
    }
    if (!at) {
        node_free(r);
        return 0;
    }
    r->start = at;
    r->end = at + len;
    r->rank = next_rank();
    root = insert(root, r);
    return at;
}

bool space_inside(uintptr_t start, size_t len)
{
    const struct region *r = find(start);

    return r && len <= r->end - start;
}

bool space_is(uintptr_t start, size_t len)
{
    const struct region *r = find(start);

    return r && r->start == start && r->end - start == len;
}

void space_give(uintptr_t start)
{
    struct region *r = find(start);

    root = take_out(root, r);
    node_free(r);
}

static void walk(const struct region *t, void (*fn)(uintptr_t start, uintptr_t end))
{
    if (!t)
        return;
    walk(t->left, fn);
    fn(t->start, t->end);
    walk(t->right, fn);
}

void space_for_each(void (*fn)(uintptr_t start, uintptr_t end))
{
    walk(root, fn);
}
