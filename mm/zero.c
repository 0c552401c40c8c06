// SPDX-License-Identifier: BSD-3-Clause
// Frames that leave us carry nothing of ours.
#include "internal.h"

#define WINDOW 64 // pages

// Those that are mapped nowhere, through a window.
static bool zero_unmapped(const pfn_t *pfns, size_t n)
{
    mfn_t frames[WINDOW];
    void *window;
    bool ok;

    if (vm_reserve(WINDOW * PAGE_SIZE, PAGE_SIZE, VM_ANYWHERE, &window))
        return false;
    for (size_t i = 0; i < n; i++)
        frames[i] = pfn_to_mfn(pfns[i]);
    ok = !vm_map_foreign(window, frames, n, VM_READ | VM_WRITE);
    if (ok)
        memset(window, 0, n << PAGE_SHIFT);
    vm_release(window, WINDOW * PAGE_SIZE);
    return ok;
}

bool frames_zero(const pfn_t *pfns, size_t n)
{
    size_t count;

    for (size_t i = 0; i < n; i += count) {
        count = n - i < WINDOW ? n - i : WINDOW;
        if (pfns[i] < boot_info->mapped_end >> PAGE_SHIFT) {
            memset(boot_virt((paddr_t)pfns[i] << PAGE_SHIFT), 0, PAGE_SIZE);
            count = 1;
        } else if (!zero_unmapped(pfns + i, count)) {
            return false;
        }
    }
    return true;
}
