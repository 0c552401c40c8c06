// SPDX-License-Identifier: BSD-3-Clause
// The frame allocator: every frame once, all come back, ranges are contiguous, exhaustion is an
// answer and not an accident.
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "frames: all out, all back, twice";

#define MAX 65536

static uint32_t taken[MAX];
static uint8_t seen[MAX / 8];

static size_t take_all(void)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof(seen); i++)
        seen[i] = 0;
    for (;;) {
        pfn_t pfn = frame_alloc();

        if (pfn == PFN_NONE)
            return n;
        if (n == MAX || pfn >= MAX) {
            test_error("more RAM than this test is for");
            return n;
        }
        if (seen[pfn / 8] & (1 << pfn % 8))
            test_failure("frame %lu twice", pfn);
        seen[pfn / 8] |= 1 << pfn % 8;
        taken[n++] = pfn;
    }
}

void test_main(void)
{
    struct mm_stats before, empty, after;
    size_t first, second;
    pfn_t range;

    mm_get_stats(&before);
    CHECK(before.frames_free > 0 && before.frames_free <= before.frames_total);
    first = take_all();
    mm_get_stats(&empty);
    CHECK(empty.frames_free < 8);
    CHECK(first + 16 >= before.frames_free && first <= before.frames_free);
    // Back in another order: odd ones, then even ones.
    for (size_t odd = 0; odd < 2; odd++) {
        for (size_t i = 1 - odd; i < first; i += 2)
            frame_free(taken[i]);
    }
    mm_get_stats(&after);
    CHECK_EQ(after.frames_free, empty.frames_free + first);
    second = take_all();
    CHECK_EQ(second, first);
    for (size_t i = 0; i < second; i++)
        frame_free(taken[i]);
    // Single frames have grown together again.
    range = frame_alloc_range(before.frames_free / 8);
    CHECK(range != PFN_NONE);
    if (range != PFN_NONE)
        frame_free_range(range, before.frames_free / 8);
    range = frame_alloc_range(100);
    CHECK(range != PFN_NONE);
    mm_get_stats(&empty);
    CHECK_EQ(empty.frames_free, after.frames_free - 100);
    for (size_t i = 0; i < 100; i++)
        CHECK(seen[(range + i) / 8] & (1 << (range + i) % 8));
    frame_free_range(range, 100);
    CHECK(frame_alloc_range(before.frames_total + 1) == PFN_NONE);
    CHECK(frame_alloc_range(0) == PFN_NONE);
    mm_get_stats(&after);
    CHECK_EQ(after.frames_free, empty.frames_free + 100);
}
