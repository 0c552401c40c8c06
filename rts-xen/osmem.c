// SPDX-License-Identifier: BSD-3-Clause
// The Haskell heap: one reservation of address space, memory put under it a mebibyte at a time.
#include "rts_private.h"

#include <halvm/mm.h>

#include "heaplimit.h"

static void *heap_base;
static size_t heap_len;
static size_t heap_committed;

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
    if (vm_commit_nozero(at, size, VM_READ | VM_WRITE) == 0) {
        heap_committed += size;
        heaplimit_note_committed(heap_committed);
        return;
    }
    errorBelch("out of memory: the Haskell heap needs %lu KiB more, %lu KiB are free",
               (unsigned long)(size / 1024), (unsigned long)(heaplimit_memory_free() / 1024));
    stg_exit(EXIT_HEAPOVERFLOW);
}

void osDecommitMemory(void *at, W_ size)
{
    if (vm_decommit(at, size) < 0)
        barf("osDecommitMemory: %p is not in the heap", at);
    heap_committed -= size;
    heaplimit_note_committed(heap_committed);
}

void osReleaseHeapMemory(void)
{
    vm_release(heap_base, heap_len);
}
