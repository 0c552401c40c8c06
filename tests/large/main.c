// SPDX-License-Identifier: BSD-3-Clause
// A guest larger than what is mapped at boot: page tables go on into memory beyond it, and almost
// all of RAM can be committed, used and given back.
#include <halvm/boot.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "almost all of 700 MiB committed and given back";

void test_main(void)
{
    struct mm_stats before, after;
    size_t len;
    char *p;

    mm_get_stats(&before);
    printk("%zu frames free, %lu KiB mapped at boot\n", before.frames_free,
           (unsigned long)boot_info->mapped_end / 1024);
    CHECK(before.frames_free > (680UL << 20) / PAGE_SIZE);
    len = (before.frames_free * PAGE_SIZE / 100 * 98) & PAGE_MASK;
    for (int round = 0; round < 2; round++) {
        p = vm_alloc(len, VM_READ | VM_WRITE);
        if (!CHECK(p != NULL))
            return;
        for (size_t i = 0; i < len; i += PAGE_SIZE)
            *(uint64_t *)(p + i) += i + 1;
        for (size_t i = 0; i < len; i += PAGE_SIZE) {
            if (*(uint64_t *)(p + i) != i + 1) {
                test_failure("page %zu holds %llx", (size_t)(i / PAGE_SIZE),
                             (unsigned long long)*(uint64_t *)(p + i));
                return;
            }
        }
        CHECK_EQ(vm_release(p, len), 0);
    }
    mm_get_stats(&after);
    printk("%zu frames free afterwards\n", after.frames_free);
    // Page tables stay: one for 512 pages, and frames for more of them, taken in chunks.
    CHECK(after.frames_free + len / PAGE_SIZE / 512 + 160 >= before.frames_free);
}
