// SPDX-License-Identifier: BSD-3-Clause
// What the calls for many elements share: memory for their arguments, and patience.
#include <halvm/mm.h>
#include "internal.h"

#define TRIES_MAX 10 // 2^10 - 1 yields in all

static void *large;
static bool large_busy;

size_t batch_begin(struct batch *b, size_t n, size_t size)
{
    b->args = b->small;
    b->bytes = SMALL_BYTES;
    if (n * size > SMALL_BYTES && !__atomic_exchange_n(&large_busy, true, __ATOMIC_ACQUIRE)) {
        if (!large)
            large = vm_alloc(BATCH_BYTES, VM_READ | VM_WRITE);
        if (large) {
            b->args = large;
            b->bytes = BATCH_BYTES;
        } else {
            __atomic_store_n(&large_busy, false, __ATOMIC_RELEASE);
        }
    }
    return b->bytes / size;
}

void batch_end(struct batch *b)
{
    if (b->args != b->small)
        __atomic_store_n(&large_busy, false, __ATOMIC_RELEASE);
}

bool grant_back_off(unsigned int *tries)
{
    if (*tries == TRIES_MAX)
        return false;
    for (unsigned int i = 0; i < 1u << *tries; i++)
        hypercall_sched_op(SCHEDOP_yield, NULL);
    ++*tries;
    return true;
}
