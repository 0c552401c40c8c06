// SPDX-License-Identifier: BSD-3-Clause
// The grant room, with ourselves as the other domain: references to the last one and back, ends
// that must wait, maps and copies in batches with a bad element in them, transfers, and a suspend
// that is cancelled. Under PVH Xen cannot map a page of ours twice, so there the maps are those
// that must fail. The variation -v2 runs the same on a table of version 2.
#include <arch/config.h>
#include <arch/xen.h>
#include <stdlib.h>
#include <string.h>
#include <xen/errno.h>
#include <xen/grant_table.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "grants to oneself";

#define BATCH    512
#define NOBODY   0x7000 // a domain number that is not in use
#define BAD_REF  12345678
#define COPIES   600
#define TRANSFER 16

static halvm_domid_t self;
static char *pages; // BATCH of them
static grant_ref_t refs[BATCH];
static struct grant_page maps[BATCH];
static struct grant_copy copies[COPIES];

static struct grant_stats stats(void)
{
    struct grant_stats s;

    grant_get_stats(&s);
    return s;
}

static size_t free_frames(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_free;
}

static void check_references(void)
{
    long ref = grant_access(self, pages, false);

    if (!CHECK(ref >= GNTTAB_NR_RESERVED_ENTRIES))
        return;
    CHECK_EQ(stats().refs_out, 1);
    CHECK_EQ(grant_end(ref), 0);
    CHECK_EQ(grant_end(ref), -XEN_EINVAL);
    CHECK_EQ(stats().refs_out, 0);
    for (grant_ref_t r = 0; r < GNTTAB_NR_RESERVED_ENTRIES; r++)
        CHECK_EQ(grant_end(r), -XEN_EINVAL);
    CHECK_EQ(grant_end(BAD_REF), -XEN_EINVAL);
    CHECK_EQ(grant_end(0xffffffff), -XEN_EINVAL);
    CHECK_EQ(grant_access(DOMID_SELF, pages, false), -XEN_EINVAL);
    CHECK_EQ(grant_access(DOMID_INVALID, pages, false), -XEN_EINVAL);
    CHECK_EQ(grant_access(self, pages + 8, false), -XEN_EINVAL);
    CHECK_EQ(grant_access(self, NULL, false), -XEN_EINVAL);
}

// To the limit, twice: all references come back, and `busy`, which waits for its end, never shows.
static void check_exhaustion(long busy)
{
    size_t per_frame = stats().version == 2 ? 256 : 512;
    size_t all = stats().frames_max * per_frame - GNTTAB_NR_RESERVED_ENTRIES - (busy > 0);
    unsigned char *seen = calloc(stats().frames_max * per_frame, 1);
    size_t n, wrong = 0;

    if (!CHECK(seen != NULL))
        return;
    for (unsigned int round = 1; round <= 2; round++) {
        long ref;

        for (n = 0; (ref = grant_access(self, pages, true)) >= 0; n++) {
            wrong += ref < GNTTAB_NR_RESERVED_ENTRIES || ref == busy ||
                     (size_t)ref >= stats().frames_max * per_frame || seen[ref] != round - 1;
            seen[ref] = round;
        }
        CHECK_EQ(ref, -XEN_ENOSPC);
        CHECK_EQ(n, all);
        CHECK_EQ(stats().frames, stats().frames_max);
        for (size_t r = 0; r < stats().frames_max * per_frame; r++)
            wrong += seen[r] == round && grant_end(r) != 0;
        CHECK_EQ(stats().refs_out, busy > 0);
    }
    CHECK_EQ(wrong, 0);
    free(seen);
}

static void check_map_errors(void)
{
    void *addr;

    maps[0] = (struct grant_page){.ref = 9};
    CHECK_EQ(grant_map(NOBODY, maps, 1, false, &addr), -XEN_ESRCH);
    CHECK_EQ(maps[0].status, -XEN_ESRCH);
    CHECK_EQ(grant_map(DOMID_SELF, maps, 1, false, &addr), -XEN_EINVAL);
    CHECK_EQ(grant_map(self, maps, 0, false, &addr), -XEN_EINVAL);
    for (unsigned int i = 0; i < BATCH; i++)
        maps[i] = (struct grant_page){.ref = i};
    CHECK_EQ(grant_map(NOBODY, maps, BATCH, true, &addr), -XEN_ESRCH);
    if (!CONFIG_PV)
        CHECK_EQ(grant_map(self, maps, 1, false, &addr), -XEN_EOPNOTSUPP);
    CHECK_EQ(stats().pages_mapped, 0);
}

static bool grant_all(bool readonly)
{
    bool ok = CHECK_EQ(grant_access_range(self, pages, BATCH, readonly, refs), 0);

    for (unsigned int i = 0; i < BATCH; i++) {
        maps[i] = (struct grant_page){.ref = refs[i]};
        memset(pages + i * PAGE_SIZE, i, 16);
    }
    return ok;
}

static void check_map(void)
{
    unsigned int calls, wrong = 0;
    char *seen;
    void *addr;

    if (!grant_all(false))
        return;
    // The large buffer is made once.
    if (CHECK_EQ(grant_map(self, maps, BATCH, false, &addr), 0))
        CHECK_EQ(grant_unmap(addr, maps, BATCH), 0);
    calls = stats().hypercalls;
    if (!CHECK_EQ(grant_map(self, maps, BATCH, false, &addr), 0))
        return;
    CHECK_EQ(stats().hypercalls, calls + 1);
    CHECK_EQ(stats().pages_mapped, BATCH);
    seen = addr;
    for (unsigned int i = 0; i < BATCH; i++) {
        wrong += seen[i * PAGE_SIZE + 15] != (char)i;
        seen[i * PAGE_SIZE] = ~i;
        wrong += pages[i * PAGE_SIZE] != (char)~i;
    }
    CHECK_EQ(wrong, 0);
    for (unsigned int i = 0; i < BATCH; i++)
        wrong += grant_end(refs[i]) != -XEN_EBUSY;
    CHECK_EQ(wrong, 0);
    calls = stats().hypercalls;
    CHECK_EQ(grant_unmap(addr, maps, BATCH), 0);
    CHECK_EQ(stats().hypercalls, calls + 1);
    CHECK_EQ(stats().pages_mapped, 0);
    CHECK_EQ(grant_unmap(addr, maps, 1), -XEN_EBADF);

    for (unsigned int i = 0; i < BATCH; i++)
        wrong += grant_end(refs[i]) != 0;
    CHECK_EQ(wrong, 0);

    // One bad among them: nothing stays mapped, so every grant can end.
    grant_all(false);
    maps[300].ref = BAD_REF;
    CHECK_EQ(grant_map(self, maps, BATCH, false, &addr), -XEN_ENOENT);
    for (unsigned int i = 0; i < BATCH; i++)
        wrong += maps[i].status != (i == 300 ? -XEN_ENOENT : 0);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(stats().pages_mapped, 0);
    for (unsigned int i = 0; i < BATCH; i++)
        wrong += grant_end(refs[i]) != 0;
    CHECK_EQ(wrong, 0);

    // A read-only grant is mapped read-only, and not otherwise.
    grant_all(true);
    CHECK_EQ(grant_map(self, maps, BATCH, false, &addr), -XEN_EIO);
    if (CHECK_EQ(grant_map(self, maps, BATCH, true, &addr), 0)) {
        CHECK_EQ(*((char *)addr + 511 * PAGE_SIZE), (char)511);
        CHECK_EQ(grant_unmap(addr, maps, BATCH), 0);
    }
    CHECK_EQ(grant_end_release(refs, BATCH, NULL, 0), 0);
}

// A block whose pages are mapped goes when the last mapping goes, and not before.
static void check_deferred(void)
{
    struct grant_page *few = maps;
    size_t before = free_frames();
    char *block = vm_alloc(4 * PAGE_SIZE, VM_READ | VM_WRITE);
    void *first, *rest;

    if (!CHECK(block != NULL) || !CHECK_EQ(grant_access_range(self, block, 4, false, refs), 0))
        return;
    for (unsigned int i = 0; i < 4; i++)
        few[i] = (struct grant_page){.ref = refs[i]};
    CHECK_EQ(grant_map(self, &few[1], 1, false, &first), 0);
    CHECK_EQ(grant_map(self, &few[2], 2, true, &rest), 0);
    CHECK_EQ(grant_end_release(refs, 4, block, 4 * PAGE_SIZE), -XEN_EBUSY);
    CHECK_EQ(stats().refs_deferred, 3);
    CHECK_EQ(grant_end(refs[1]), -XEN_EINVAL);
    CHECK_EQ(grant_end_release(&refs[1], 1, block, PAGE_SIZE), -XEN_EINVAL);
    CHECK_EQ(grant_retry_deferred(), 3);
    *((char *)first + 7) = 77;
    CHECK_EQ(block[PAGE_SIZE + 7], 77); // still there
    CHECK_EQ(grant_unmap(rest, &few[2], 2), 0);
    CHECK_EQ(grant_retry_deferred(), 1);
    check_exhaustion(refs[1]);
    CHECK_EQ(stats().refs_deferred, 1);
    CHECK_EQ(block[PAGE_SIZE + 7], 77);
    CHECK_EQ(grant_unmap(first, &few[1], 1), 0);
    CHECK_EQ(grant_retry_deferred(), 0);
    CHECK_EQ(stats().refs_out, 0);
    CHECK(free_frames() + 64 > before); // what stays: page tables, and books of references
}

static void check_copy(void)
{
    long readonly = grant_access(self, pages, true);
    long writable = grant_access(self, pages + PAGE_SIZE, false);
    unsigned int calls, wrong = 0;
    char *buffer = pages + 4 * PAGE_SIZE;

    if (!CHECK(readonly > 0) || !CHECK(writable > 0))
        return;
    memset(pages, 0, 8 * PAGE_SIZE);
    strcpy(pages + 100, "from a grant");
    copies[0] = (struct grant_copy){.from = {.ref = readonly, .domid = self, .offset = 100},
                                    .to = {.addr = buffer + 4000},
                                    .len = 13};
    CHECK_EQ(grant_copy(copies, 1), 0);
    CHECK(!strcmp(buffer + 4000, "from a grant"));
    copies[0] = (struct grant_copy){.from = {.addr = buffer + 4000},
                                    .to = {.ref = writable, .domid = self, .offset = 1},
                                    .len = 13};
    CHECK_EQ(grant_copy(copies, 1), 0);
    CHECK(!strcmp(pages + PAGE_SIZE + 1, "from a grant"));

    copies[0].to.ref = readonly;
    CHECK_EQ(grant_copy(copies, 1), -XEN_EIO);
    copies[0].to.ref = BAD_REF;
    CHECK_EQ(grant_copy(copies, 1), -XEN_ENOENT);
    copies[0].to.domid = NOBODY;
    CHECK_EQ(grant_copy(copies, 1), -XEN_ESRCH);
    copies[0].to.domid = DOMID_SELF;
    CHECK_EQ(grant_copy(copies, 1), -XEN_EINVAL);
    copies[0].to = (struct grant_copy_end){.addr = buffer + PAGE_SIZE - 12};
    CHECK_EQ(grant_copy(copies, 1), -XEN_EDOM);
    copies[0].to = (struct grant_copy_end){.addr = (void *)8};
    CHECK_EQ(grant_copy(copies, 1), -XEN_EFAULT);

    // A batch with bad ones in it: the others are done.
    for (unsigned int i = 0; i < COPIES; i++) {
        buffer[i] = i * 7 + 1;
        copies[i] = (struct grant_copy){
            .from = {.addr = buffer + i},
            .to = {.ref = i == 70 || i == 500 ? BAD_REF : writable, .domid = self, .offset = i},
            .len = 1};
    }
    calls = stats().hypercalls;
    CHECK_EQ(grant_copy(copies, COPIES), -XEN_ENOENT);
    CHECK_EQ(stats().hypercalls, calls + (COPIES * sizeof(struct gnttab_copy) + 16383) / 16384);
    for (unsigned int i = 0; i < COPIES; i++) {
        bool bad = i == 70 || i == 500;

        wrong += copies[i].status != (bad ? -XEN_ENOENT : 0);
        wrong += !bad && pages[PAGE_SIZE + i] != (char)(i * 7 + 1);
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(grant_end(readonly), 0);
    CHECK_EQ(grant_end(writable), 0);
}

static void check_transfer(void)
{
    pfn_t out[TRANSFER];
    long offers[TRANSFER];
    void *addr;

    if (!CONFIG_PV) {
        CHECK_EQ(grant_accept_transfer(self, 1), -XEN_EOPNOTSUPP);
        CHECK_EQ(grant_transfer(self, 9, 1), -XEN_EOPNOTSUPP);
        return;
    }
    CHECK_EQ(grant_accept_transfer(self, 1), -XEN_EINVAL); // it has a frame
    for (unsigned int i = 0; i < TRANSFER; i++) {
        out[i] = frame_alloc();
        addr = vm_map_frames(&out[i], 1, VM_READ | VM_WRITE);
        if (!CHECK(out[i] != PFN_NONE) || !CHECK(addr != NULL))
            return;
        memset(addr, i + 1, PAGE_SIZE);
        if (i == 0)
            CHECK_EQ(grant_transfer(self, 9, out[0]), -XEN_ENXIO); // mapped
        CHECK_EQ(vm_release(addr, PAGE_SIZE), 0);
    }
    // The first has nowhere to go: it is lost, as documented, and its number is empty. From then on
    // each takes the place of the one before.
    CHECK_EQ(grant_transfer(self, 9, out[0]), -XEN_EIO);
    CHECK_EQ(grant_transfer(self, 9, out[0]), -XEN_EINVAL);
    for (unsigned int i = 1; i < TRANSFER; i++) {
        offers[i] = grant_accept_transfer(self, out[i - 1]);
        if (!CHECK(offers[i] > 0))
            return;
        CHECK_EQ(grant_transfer_arrived(offers[i]), -XEN_EAGAIN);
        CHECK_EQ(grant_end(offers[i]), -XEN_EINVAL);
        if (!CHECK_EQ(grant_transfer(self, offers[i], out[i]), 0))
            return;
        CHECK_EQ(grant_cancel_transfer(offers[i]), -XEN_EBUSY);
        CHECK_EQ(grant_transfer_arrived(offers[i]), 0);
        CHECK_EQ(grant_transfer_arrived(offers[i]), -XEN_EINVAL);
        addr = vm_map_frames(&out[i - 1], 1, VM_READ | VM_WRITE);
        if (CHECK(addr != NULL)) {
            CHECK_EQ(*(char *)addr, i + 1);
            CHECK_EQ(*((char *)addr + PAGE_SIZE - 1), i + 1);
            CHECK_EQ(vm_release(addr, PAGE_SIZE), 0);
        }
    }
    // An offer that is taken back accepts nothing; the frame is lost again.
    offers[0] = grant_accept_transfer(self, out[TRANSFER - 1]);
    CHECK_EQ(grant_cancel_transfer(offers[0]), 0);
    CHECK_EQ(grant_cancel_transfer(offers[0]), -XEN_EINVAL);
    CHECK_EQ(grant_transfer(self, offers[0], out[0]), -XEN_EIO);
}

static void check_suspended_refs(void)
{
    long ref = grant_access(self, pages, false);

    CHECK_EQ(grant_suspend(), 0);
    CHECK(grant_end(ref) < 0);
    CHECK_EQ(grant_resume(false), 0);
    CHECK_EQ(grant_end(ref), 0);
}

static void check_suspend(void)
{
    long ref = grant_access(self, pages, false);
    void *addr;

    if (CONFIG_PV) {
        maps[0].ref = ref;
        CHECK_EQ(grant_map(self, maps, 1, false, &addr), 0);
        CHECK_EQ(grant_suspend(), -XEN_EBUSY);
        CHECK_EQ(grant_unmap(addr, maps, 1), 0);
    }
    CHECK_EQ(grant_suspend(), 0);
    CHECK(grant_access(self, pages, false) < 0);
    CHECK(grant_end(ref) < 0);
    CHECK_EQ(grant_resume(false), 0);
    copies[0] = (struct grant_copy){
        .from = {.ref = ref, .domid = self}, .to = {.addr = pages + PAGE_SIZE}, .len = 4};
    strcpy(pages, "yes");
    CHECK_EQ(grant_copy(copies, 1), 0);
    CHECK(!strcmp(pages + PAGE_SIZE, "yes"));
    CHECK_EQ(grant_end(ref), 0);
}

// As power_exit() does: what nobody uses is nobody's any more.
static void check_exit(void)
{
    long ref = grant_access(self, pages, false);

    copies[0] = (struct grant_copy){
        .from = {.ref = ref, .domid = self}, .to = {.addr = pages + PAGE_SIZE}, .len = 4};
    CHECK_EQ(grant_copy(copies, 1), 0);
    grant_exit();
    CHECK(grant_copy(copies, 1) < 0);
}

void test_main(void)
{
    bool v2 = strstr(boot_info->cmdline, "halvm.grant=v2") != NULL;

    self = evtchn_own_domid();
    pages = vm_alloc(BATCH * PAGE_SIZE, VM_READ | VM_WRITE);
    if (!CHECK(self < DOMID_FIRST_RESERVED) || !CHECK(pages != NULL))
        return;
    CHECK_EQ(stats().version, 0);
    check_references();
    CHECK_EQ(stats().version, v2 ? 2 : 1);
    check_exhaustion(0);
    copies[0] = (struct grant_copy){.from = {.addr = pages}, .to = {.addr = pages}, .len = 1};
    if (grant_copy(copies, 1) == -XEN_EOPNOTSUPP) {
        check_suspended_refs();
        test_skip("this Xen (xen-shim) neither maps nor copies grants; making them works");
        return;
    }
    check_map_errors();
    check_copy();
    if (CONFIG_PV) {
        check_map();
        check_deferred();
    }
    check_transfer();
    check_suspend();
    CHECK_EQ(stats().refs_out, 0);
    CHECK_EQ(stats().pages_mapped, 0);
    check_exit();
}
