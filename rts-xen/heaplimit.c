// SPDX-License-Identifier: BSD-3-Clause
// How large the Haskell heap may become. When memory is gone in the middle of a collection, nothing
// but an end with a message is left; so the collector gets a limit that makes it raise HeapOverflow
// before, and large objects are refused that cannot fit.
#include "rts_private.h"

#include <halvm/mm.h>

#include "heaplimit.h"

#define MIB (1024UL * 1024UL)

static size_t limit;        // bytes; 0: the user gave one (-M)
static bool always_compact; // the user wants it so (-c)
static size_t committed_now;

size_t heaplimit_memory_free(void)
{
    struct mm_stats stats;

    mm_get_stats(&stats);
    return stats.frames_free * PAGE_SIZE;
}

// What the collector may exceed its limit by before it raises HeapOverflow and while that is
// handled, measured over heaps from 3 MiB to 256 MiB full of lists, maps and stacks: up to 7 MiB
// and a 25th of the heap. The rest is for page tables and C.
static size_t limit_for(size_t avail)
{
    size_t slack = 7 * MIB + MIB / 2 + avail / 16;
    size_t least = avail / 3;

    return avail > slack && avail - slack > least ? avail - slack : least;
}

// Called when the options are parsed and before the heap exists.
void osMemInit(void)
{
    if (RtsFlags.GcFlags.maxHeapSize != 0)
        return;

    size_t blocks = limit_for(heaplimit_memory_free()) / BLOCK_SIZE;

    if (blocks > UINT32_MAX)
        blocks = UINT32_MAX;
    limit = blocks * BLOCK_SIZE;
    always_compact = RtsFlags.GcFlags.compact;
    RtsFlags.GcFlags.maxHeapSize = (uint32_t)blocks;
    // A suggestion (-H) beyond the limit would have the nursery take more than there is.
    if (RtsFlags.GcFlags.heapSizeSuggestion > blocks)
        RtsFlags.GcFlags.heapSizeSuggestion = (uint32_t)blocks;
    // An exception that ends a deep recursion copies the stack to the heap, and more than once (the
    // default is 80 % of all memory).
    if (RtsFlags.GcFlags.maxStkSize > blocks * BLOCK_SIZE_W / 5)
        RtsFlags.GcFlags.maxStkSize = (uint32_t)(blocks * BLOCK_SIZE_W / 5);
}

// The copying collector keeps half of the limit for copies, also of large objects, which are never
// copied. The compacting one does not; it is slower, and takes over when half of the memory is in
// use.
void heaplimit_note_committed(size_t committed)
{
    committed_now = committed;
    if (limit && RtsFlags.GcFlags.generations > 1)
        RtsFlags.GcFlags.compact = always_compact || committed > limit / 2;
}

// Memory came from Xen or went there (mm/balloon.c): the heap may have more of it, or less. The
// collector looks at the limit each time.
void memory_changed(void)
{
    size_t blocks;

    if (!limit)
        return;
    blocks = limit_for(committed_now + heaplimit_memory_free()) / BLOCK_SIZE;
    if (blocks > UINT32_MAX)
        blocks = UINT32_MAX;
    limit = blocks * BLOCK_SIZE;
    RtsFlags.GcFlags.maxHeapSize = (uint32_t)blocks;
}

// ---- Large objects ----
//
// The primitives that make arrays turn NULL from these two into HeapOverflow. The linker (--wrap)
// sends their calls here.

StgPtr __real_allocateMightFail(Capability *cap, W_ words);
StgPtr __wrap_allocateMightFail(Capability *cap, W_ words);
StgPtr __real_allocatePinned(Capability *cap, W_ words, W_ alignment, W_ align_off);
StgPtr __wrap_allocatePinned(Capability *cap, W_ words, W_ alignment, W_ align_off);

// Whether an object of so many words finds room. What the runtime keeps of mebibytes that are free
// again is given back first: it may be in pieces, and what we have is not. A mebibyte is left for
// the collection that follows.
static bool may_fit(W_ words)
{
    if (words < MBLOCK_SIZE_W)
        return true;
    if (words > SIZE_MAX / sizeof(W_) - MBLOCK_SIZE_W)
        return false;

    size_t need = ROUND_UP(words * sizeof(W_), MBLOCK_SIZE) + 2 * MBLOCK_SIZE;

    if (need > heaplimit_memory_free()) {
        ACQUIRE_LOCK(&sm_mutex);
        returnMemoryToOS(UINT32_MAX);
        RELEASE_LOCK(&sm_mutex);
    }
    return need <= heaplimit_memory_free();
}

StgPtr __wrap_allocateMightFail(Capability *cap, W_ words)
{
    return may_fit(words) ? __real_allocateMightFail(cap, words) : NULL;
}

StgPtr __wrap_allocatePinned(Capability *cap, W_ words, W_ alignment, W_ align_off)
{
    return may_fit(words) ? __real_allocatePinned(cap, words, alignment, align_off) : NULL;
}
