// SPDX-License-Identifier: BSD-3-Clause
// Large pages under PVH: whole ones that are committed are mapped by one entry, parts of them can
// be taken away and protected like any page, contents stay, and every frame comes back.
#include <xen/errno.h>
#include <arch/p2m.h>
#include <halvm/boot.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "large pages: committed, split, taken apart";

#define SPAN  PT_SPAN(2)
#define COUNT 3

static size_t frames_free(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_free;
}

// Is the page at addr mapped by a level-2 entry?
static bool is_large(const void *addr)
{
    const pte_t *table = arch_root_table;

    for (unsigned int level = PT_TOP; level > 1; level--) {
        pte_t e = table[PT_INDEX(addr, level)];

        if (!(e & PTE_PRESENT) || (e & PTE_LARGE))
            return e & PTE_LARGE;
        table = boot_virt((paddr_t)mfn_to_pfn((e & PTE_ADDR) >> PAGE_SHIFT) << PAGE_SHIFT);
    }
    return false;
}

static void fill(char *p, size_t len)
{
    for (size_t i = 0; i < len; i += PAGE_SIZE)
        *(size_t *)(p + i) = i ^ 0x5555;
}

static bool filled(const char *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i += PAGE_SIZE) {
        if (*(const size_t *)(p + i) != (i ^ 0x5555))
            return false;
    }
    return true;
}

static void test_whole(char *p)
{
    size_t before = frames_free();

    CHECK_EQ(vm_commit(p, COUNT * SPAN, VM_READ | VM_WRITE), 0);
    for (size_t i = 0; i < COUNT * SPAN; i += sizeof(size_t)) {
        if (*(size_t *)(p + i)) {
            test_failure("not zero at %zx", i);
            break;
        }
    }
    for (unsigned int i = 0; i < COUNT; i++)
        CHECK(is_large(p + i * SPAN));
    fill(p, COUNT * SPAN);
    // Committing again changes nothing; rights change in place.
    CHECK_EQ(vm_commit(p, COUNT * SPAN, VM_READ | VM_WRITE), 0);
    CHECK_EQ(vm_protect(p + SPAN, SPAN, VM_READ), 0);
    CHECK(is_large(p + SPAN));
    CHECK(filled(p, 0, COUNT * SPAN));
    CHECK_EQ(vm_decommit(p, COUNT * SPAN), 0);
    CHECK(!is_large(p));
    CHECK(frames_free() + COUNT + 4 >= before);
}

static void test_parts(char *p)
{
    size_t before;

    CHECK_EQ(vm_commit_nozero(p, COUNT * SPAN, VM_READ | VM_WRITE), 0);
    CHECK(is_large(p));
    fill(p, COUNT * SPAN);
    before = frames_free();
    // Two pages over a boundary: both neighbours become single pages.
    CHECK_EQ(vm_decommit(p + SPAN - PAGE_SIZE, 2 * PAGE_SIZE), 0);
    CHECK_EQ(frames_free(), before + 2);
    CHECK(!is_large(p) && !is_large(p + SPAN) && is_large(p + 2 * SPAN));
    CHECK(filled(p, 0, SPAN - PAGE_SIZE));
    CHECK(filled(p, SPAN + PAGE_SIZE, COUNT * SPAN));
    // What is left of a large page after one page lost its rights.
    CHECK_EQ(vm_protect(p + 2 * SPAN + 7 * PAGE_SIZE, PAGE_SIZE, VM_NONE), 0);
    CHECK(!is_large(p + 2 * SPAN));
    CHECK_EQ(vm_protect(p + 2 * SPAN + 7 * PAGE_SIZE, PAGE_SIZE, VM_READ), 0);
    CHECK(filled(p, 2 * SPAN, COUNT * SPAN));
    // The hole is filled with zeroes, page by page.
    CHECK_EQ(vm_commit(p, COUNT * SPAN, VM_READ | VM_WRITE), 0);
    CHECK_EQ(frames_free(), before);
    CHECK_EQ(*(size_t *)(p + SPAN - PAGE_SIZE), 0);
    CHECK_EQ(*(size_t *)(p + SPAN), 0);
    CHECK(filled(p, 0, SPAN - PAGE_SIZE));
    CHECK_EQ(vm_decommit(p, COUNT * SPAN), 0);
}

// A page of a large page that is granted or looked at is the right one.
static void test_frame_of(char *p)
{
    CHECK_EQ(vm_commit(p, SPAN, VM_READ | VM_WRITE), 0);
    CHECK_EQ(vm_frame_of(p + 5 * PAGE_SIZE), vm_frame_of(p) + 5);
    CHECK_EQ(vm_decommit(p, SPAN), 0);
    CHECK(vm_frame_of(p) == MFN_NONE);
}

// No run of frames is free: single pages do.
static void test_fragmented(char *p)
{
    size_t taken = 0, before = frames_free(), left;
    pfn_t *keep = NULL;
    void *space;

    CHECK_EQ(vm_reserve(before * sizeof(pfn_t), PAGE_SIZE, VM_ANYWHERE, &space), 0);
    CHECK_EQ(vm_commit(space, ROUND_UP(before * sizeof(pfn_t), PAGE_SIZE), VM_READ | VM_WRITE), 0);
    keep = space;
    while ((keep[taken] = frame_alloc()) != PFN_NONE)
        taken++;
    left = 0;
    for (size_t i = 0; i < taken; i++) {
        if (keep[i] % 2)
            frame_free(keep[i]);
        else
            keep[left++] = keep[i];
    }
    CHECK_EQ(vm_commit(p, SPAN, VM_READ | VM_WRITE), 0);
    CHECK(!is_large(p));
    fill(p, SPAN);
    CHECK(filled(p, 0, SPAN));
    CHECK_EQ(vm_decommit(p, SPAN), 0);
    while (left)
        frame_free(keep[--left]);
    CHECK_EQ(vm_commit(p, SPAN, VM_READ | VM_WRITE), 0);
    CHECK(is_large(p));
    CHECK_EQ(vm_decommit(p, SPAN), 0);
    CHECK_EQ(vm_release(space, before * sizeof(pfn_t)), 0);
}

void test_main(void)
{
    size_t before = frames_free();
    void *addr;

    if (CONFIG_PV) {
        test_skip("Xen has no large pages for PV guests");
        return;
    }
    CHECK_EQ(vm_reserve(COUNT * SPAN, SPAN, VM_ANYWHERE, &addr), 0);
    for (unsigned int round = 0; round < 2; round++) {
        test_whole(addr);
        test_parts(addr);
        test_frame_of(addr);
        test_fragmented(addr);
    }
    CHECK_EQ(vm_release(addr, COUNT * SPAN), 0);
    // Page tables and notes stay.
    CHECK(frames_free() + 16 >= before);
}
