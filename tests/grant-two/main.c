// SPDX-License-Identifier: BSD-3-Clause
// Two guests share memory. Guest 0 grants 512 pages for writing and 512 for reading; guest 1 maps
// both in batches, sees what is written at either end, copies, and asks for what it may not have.
// Guest 0 takes back what guest 1 still has: no page and no reference comes back before its last
// mapping has gone. Between PV guests frames change hands, there and back. The variations: -v2 with
// tables of version 2, -cross between a PV and a PVH guest.
#include <arch/config.h>
#include <arch/xen.h>
#include <string.h>
#include <xen/errno.h>
#include <halvm/boot.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include "../common/pair.h"

const char test_title[] = "grants between two guests";

#define N      512
#define COPIES 600

// The first page that guest 0 grants.
struct directory {
    grant_ref_t writable[N], readonly[N - 16];
};
_Static_assert(sizeof(struct directory) <= PAGE_SIZE, "one page");
#define READONLY (N - 16)

static halvm_domid_t other;
static uint32_t me;
static struct grant_page maps[N], ro_maps[READONLY];
static struct grant_copy copies[COPIES];

static char mark(unsigned int page, unsigned int salt)
{
    return (char)(page * 31 + salt);
}

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

static void granter(void)
{
    struct directory *dir = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
    char *shared = vm_alloc(N * PAGE_SIZE, VM_READ | VM_WRITE);
    char *constant = vm_alloc(READONLY * PAGE_SIZE, VM_READ | VM_WRITE);
    unsigned int wrong = 0;
    size_t frames;
    long ref, dir_ref;

    if (!CHECK(dir && shared && constant))
        return;
    for (unsigned int i = 0; i < N; i++)
        shared[i * PAGE_SIZE] = mark(i, 1);
    for (unsigned int i = 0; i < READONLY; i++)
        constant[i * PAGE_SIZE + 9] = mark(i, 2);
    CHECK_EQ(grant_access_range(other, shared, N, false, dir->writable), 0);
    CHECK_EQ(grant_access_range(other, constant, READONLY, true, dir->readonly), 0);
    dir_ref = grant_access(other, dir, true);
    if (!CHECK(dir_ref > 0) || !pair_put("directory", dir_ref) || !pair_at("mapped"))
        return;

    // Guest 1 has them all, and has written.
    for (unsigned int i = 0; i < N; i++)
        wrong += shared[i * PAGE_SIZE + PAGE_SIZE - 1] != mark(i, 3);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(grant_end(dir->writable[0]), -XEN_EBUSY);
    CHECK_EQ(grant_end(dir->readonly[READONLY - 1]), -XEN_EBUSY);
    frames = free_frames();
    CHECK_EQ(grant_end_release(dir->writable, N, shared, N * PAGE_SIZE), -XEN_EBUSY);
    CHECK_EQ(stats().refs_deferred, N);
    CHECK_EQ(grant_retry_deferred(), N);
    for (unsigned int i = 0; i < 5000; i++) { // others come and go meanwhile
        ref = grant_access(other, dir, true);
        for (unsigned int j = 0; j < N; j++)
            wrong += (grant_ref_t)ref == dir->writable[j];
        wrong += grant_end(ref) != 0;
    }
    CHECK_EQ(wrong, 0);
    CHECK(free_frames() < frames + N);
    shared[5 * PAGE_SIZE] = 'm'; // still ours to touch, for the block is not released
    if (!pair_at("ended") || !pair_at("half"))
        return;
    CHECK_EQ(grant_retry_deferred(), N / 2);
    CHECK(free_frames() < frames + N);
    if (!pair_at("rest") || !pair_at("unmapped"))
        return;
    CHECK_EQ(grant_retry_deferred(), 0);
    CHECK(free_frames() >= frames + N);
    CHECK_EQ(grant_end_release(dir->readonly, READONLY, constant, READONLY * PAGE_SIZE), 0);

    // Copies; the directory grant is no longer mapped either.
    memset(dir, 0, PAGE_SIZE);
    strcpy((char *)dir + 64, "read me");
    ref = grant_access(other, dir, false);
    if (!pair_put("page", ref) || !pair_at("copied"))
        return;
    CHECK(!memcmp((char *)dir + 2000, "read me", 8));
    CHECK_EQ(grant_end(ref), 0);
    CHECK_EQ(grant_end(dir_ref), 0);
    CHECK_EQ(stats().refs_out, 0);
}

static char *page_of(char *halves[2], unsigned int i)
{
    return halves[i / (N / 2)] + i % (N / 2) * PAGE_SIZE;
}

static void user(void)
{
    struct grant_page dir_map = {0};
    uint32_t dir_ref, page;
    unsigned int calls, wrong = 0;
    struct directory dir;
    char buffer[1024] __attribute__((aligned(1024)));
    char *rw[2], *ro;
    void *at;

    if (!pair_get("directory", &dir_ref))
        return;
    dir_map.ref = dir_ref;
    CHECK_EQ(grant_map(other, &dir_map, 1, false, &at), -XEN_EIO); // it is granted for reading
    if (!CHECK_EQ(grant_map(other, &dir_map, 1, true, &at), 0))
        return;
    memcpy(&dir, at, sizeof(dir));
    CHECK_EQ(grant_unmap(at, &dir_map, 1), 0);
    for (unsigned int i = 0; i < N; i++)
        maps[i].ref = dir.writable[i];
    for (unsigned int i = 0; i < READONLY; i++)
        ro_maps[i].ref = dir.readonly[i];

    // One that is none, in the middle.
    maps[N / 2].ref = 1 << 20;
    CHECK_EQ(grant_map(other, maps, N, false, &at), -XEN_ENOENT);
    for (unsigned int i = 0; i < N; i++)
        wrong += maps[i].status != (i == N / 2 ? -XEN_ENOENT : 0);
    CHECK_EQ(stats().pages_mapped, 0);
    maps[N / 2].ref = dir.writable[N / 2];

    calls = stats().hypercalls;
    if (!CHECK_EQ(grant_map(other, maps, N, false, &at), 0))
        return;
    CHECK_EQ(stats().hypercalls, calls + 1);
    CHECK_EQ(stats().pages_mapped, N);
    CHECK_EQ(grant_unmap(at, maps, N), 0);
    CHECK_EQ(stats().hypercalls, calls + 2);
    for (unsigned int half = 0; half < 2; half++) {
        if (!CHECK_EQ(grant_map(other, &maps[half * N / 2], N / 2, false, &at), 0))
            return;
        rw[half] = at;
    }
    if (!CHECK_EQ(grant_map(other, ro_maps, READONLY, true, &at), 0))
        return;
    ro = at;
    CHECK_EQ(stats().pages_mapped, N + READONLY);
    for (unsigned int i = 0; i < N; i++) {
        wrong += page_of(rw, i)[0] != mark(i, 1);
        page_of(rw, i)[PAGE_SIZE - 1] = mark(i, 3);
    }
    for (unsigned int i = 0; i < READONLY; i++)
        wrong += ro[i * PAGE_SIZE + 9] != mark(i, 2);
    CHECK_EQ(wrong, 0);
    if (!pair_at("mapped") || !pair_at("ended"))
        return;

    // Guest 0 has ended what it could; all pages are here as before.
    for (unsigned int i = 0; i < N; i++)
        wrong += page_of(rw, i)[PAGE_SIZE - 1] != mark(i, 3);
    CHECK_EQ(page_of(rw, 5)[0], 'm');
    CHECK_EQ(wrong, 0);
    CHECK_EQ(grant_unmap(rw[1], &maps[N / 2], N / 2), 0);
    if (!pair_at("half") || !pair_at("rest"))
        return;
    CHECK_EQ(grant_unmap(rw[0], maps, N / 2), 0);
    CHECK_EQ(grant_unmap(ro, ro_maps, READONLY), 0);
    CHECK_EQ(stats().pages_mapped, 0);
    if (!pair_at("unmapped") || !pair_get("page", &page))
        return;

    CHECK_EQ(grant_map(other, maps, 1, false, &at), -XEN_EIO); // over, so not mapped again
    copies[0] = (struct grant_copy){
        .from = {.ref = page, .domid = other, .offset = 64}, .to = {.addr = buffer}, .len = 8};
    copies[1] = (struct grant_copy){
        .from = {.addr = buffer}, .to = {.ref = page, .domid = other, .offset = 2000}, .len = 8};
    CHECK_EQ(grant_copy(copies, 2), 0);
    CHECK(!strcmp(buffer, "read me"));
    for (unsigned int i = 0; i < COPIES; i++)
        copies[i] = (struct grant_copy){.from = {.ref = page, .domid = other, .offset = 64 + i % 8},
                                        .to = {.addr = buffer + i},
                                        .len = 1};
    copies[599].from.ref = dir.writable[3];
    CHECK(grant_copy(copies, COPIES) < 0);
    for (unsigned int i = 0; i < COPIES - 1; i++)
        wrong += copies[i].status != 0 || buffer[i] != "read me"[i % 8];
    CHECK(copies[599].status < 0);
    CHECK_EQ(wrong, 0);
    pair_at("copied");
}

static pfn_t frame_with(char c)
{
    pfn_t pfn = frame_alloc();
    void *at = vm_map_frames(&pfn, 1, VM_READ | VM_WRITE);

    memset(at, c, PAGE_SIZE);
    vm_release(at, PAGE_SIZE);
    return pfn;
}

static char frame_shows(pfn_t pfn)
{
    char *at = vm_map_frames(&pfn, 1, VM_READ);
    char c = at[0] == at[PAGE_SIZE - 1] ? at[0] : 0;

    vm_release(at, PAGE_SIZE);
    return c;
}

static bool arrive(long ref)
{
    ns_t deadline = time_monotonic() + MEET_SECONDS * NS_PER_SEC;
    int rc;

    while ((rc = grant_transfer_arrived(ref)) == -XEN_EAGAIN && time_monotonic() < deadline)
        thread_sleep_until(time_monotonic() + 10 * 1000 * 1000);
    return CHECK_EQ(rc, 0);
}

// Guest 0 throws a frame away to have room, takes one of guest 1's, and gives one back.
static void transfers(void)
{
    uint32_t theirs;
    pfn_t pfn, empty;
    long offer;

    if (me == 0) {
        empty = frame_with('x');
        CHECK_EQ(grant_transfer(other, 12345, empty), -XEN_EIO);
        offer = grant_accept_transfer(other, empty);
        if (!CHECK(offer > 0) || !pair_put("offer-0", offer) || !arrive(offer))
            return;
        CHECK_EQ(frame_shows(empty), 'y');
        pfn = frame_with('z');
        if (pair_get("offer-1", &theirs))
            CHECK_EQ(grant_transfer(other, theirs, pfn), 0);
        return;
    }
    pfn = frame_with('y');
    if (!pair_get("offer-0", &theirs) || !CHECK_EQ(grant_transfer(other, theirs, pfn), 0))
        return;
    offer = grant_accept_transfer(other, pfn);
    if (!CHECK(offer > 0) || !pair_put("offer-1", offer) || !arrive(offer))
        return;
    CHECK_EQ(frame_shows(pfn), 'z');
}

void test_main(void)
{
    if (!pair_enter(&me, &other))
        return;
    if (me == 0)
        granter();
    else
        user();
    if (CONFIG_PV && !boot_option("cross") && pair_at("transfer"))
        transfers();
    pair_at("over");
}
