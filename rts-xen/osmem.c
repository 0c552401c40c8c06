// SPDX-License-Identifier: BSD-3-Clause
// The Haskell heap: one reservation of address space, memory put under it a mebibyte at a time.
#include "rts_private.h"

#include <halvm/mm.h>

#define MIB (1024UL * 1024UL)

static void *heap_base;
static size_t heap_len;

static size_t memory_free(void)
{
    struct mm_stats stats;

    mm_get_stats(&stats);
    return stats.frames_free * PAGE_SIZE;
}

// What the collector may exceed its limit by before it raises HeapOverflow and while that is
// handled, measured over heaps from 3 MiB to 256 MiB full of lists, maps and stacks: up to 7 MiB
// and a 25th of the heap. The rest is for page tables and C.
static size_t heap_limit(size_t avail)
{
    size_t slack = 7 * MIB + MIB / 2 + avail / 16;
    size_t least = avail / 3;

    return avail > slack && avail - slack > least ? avail - slack : least;
}

// Called when the options are parsed and before the heap exists. Without a limit the collector
// grows until memory is gone, and a failed commit cannot become an exception; with one it raises
// HeapOverflow.
void osMemInit(void)
{
    if (RtsFlags.GcFlags.maxHeapSize != 0)
        return;

    size_t blocks = heap_limit(memory_free()) / BLOCK_SIZE;

    if (blocks > UINT32_MAX)
        blocks = UINT32_MAX;
    RtsFlags.GcFlags.maxHeapSize = (uint32_t)blocks;
    // A suggestion (-H) beyond the limit would have the nursery take more than there is.
    if (RtsFlags.GcFlags.heapSizeSuggestion > blocks)
        RtsFlags.GcFlags.heapSizeSuggestion = (uint32_t)blocks;
    // An exception in a deep recursion copies the stack to the heap (the default is 80 % of all
    // memory).
    if (RtsFlags.GcFlags.maxStkSize > blocks * BLOCK_SIZE_W / 3)
        RtsFlags.GcFlags.maxStkSize = (uint32_t)(blocks * BLOCK_SIZE_W / 3);
}

size_t getPageSize(void)
{
    return PAGE_SIZE;
}

StgWord64 getPhysicalMemorySize(void)
{
    struct mm_stats stats;

    mm_get_stats(&stats);
    return (StgWord64)stats.frames_total * PAGE_SIZE;
}

// Pages are writable or executable, never both.
void setExecutable(void *p, W_ len, bool exec)
{
    W_ start = (W_)p & PAGE_MASK;
    W_ end = ROUND_UP((W_)p + len, PAGE_SIZE);

    if (vm_protect((void *)start, end - start, VM_READ | (exec ? VM_EXEC : VM_WRITE)) < 0)
        barf("setExecutable: %p is not in a committed page", p);
}

bool osBuiltWithNumaSupport(void)
{
    return false;
}

bool osNumaAvailable(void)
{
    return false;
}

uint32_t osNumaNodes(void)
{
    return 1;
}

uint64_t osNumaMask(void)
{
    return 1;
}

void osBindMBlocksToNode(void *addr, StgWord size, uint32_t node)
{
    (void)addr;
    (void)size;
    (void)node;
}

// Address space costs nothing, so the runtime gets what it asks for, or the largest share of it
// that there is. The address is not ours to choose; `-xb` is a hint in GHC's own words.
void *osReserveHeapMemory(void *start, W_ *len)
{
    (void)start;
    for (W_ want = *len & ~MBLOCK_MASK; want >= MBLOCK_SIZE; want = (want / 2) & ~MBLOCK_MASK) {
        void *base;

        if (vm_reserve(want, MBLOCK_SIZE, VM_ANYWHERE, &base) == 0) {
            heap_base = base;
            heap_len = want;
            *len = want;
            return base;
        }
    }
    barf("no address space for the Haskell heap");
}

// The runtime does not read what it has not written, so the pages need no zeroing.
void osCommitMemory(void *at, W_ size)
{
    if (vm_commit_nozero(at, size, VM_READ | VM_WRITE) == 0)
        return;
    errorBelch("out of memory: the Haskell heap needs %lu KiB more, %lu KiB are free",
               (unsigned long)(size / 1024), (unsigned long)(memory_free() / 1024));
    stg_exit(EXIT_HEAPOVERFLOW);
}

void osDecommitMemory(void *at, W_ size)
{
    if (vm_decommit(at, size) < 0)
        barf("osDecommitMemory: %p is not in the heap", at);
}

void osReleaseHeapMemory(void)
{
    vm_release(heap_base, heap_len);
}
