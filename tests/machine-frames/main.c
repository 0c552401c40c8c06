// SPDX-License-Identifier: BSD-3-Clause
// Frames in a row in the machine, both translations right for each; and other domains' memory,
// which Xen refuses an ordinary guest, with its reason.
#include <xen/errno.h>
#include <arch/p2m.h>
#include <halvm/boot.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "contiguous machine frames, and another domain's";

static void check_block(pfn_t pfn, size_t n, unsigned int bits)
{
    for (size_t i = 0; i < n; i++) {
        mfn_t mfn = pfn_to_mfn(pfn + i);

        if (mfn != pfn_to_mfn(pfn) + i || mfn_to_pfn(mfn) != pfn + i ||
            (uint64_t)mfn >> (bits - PAGE_SHIFT)) {
            test_failure("frame %zu of %zu is %lx in the machine, and that is %lx", i, n, mfn,
                         mfn_to_pfn(mfn));
            return;
        }
    }
}

// The frames are ordinary memory afterwards.
static void use_block(pfn_t pfn, size_t n)
{
    static pfn_t list[512];
    size_t *p;

    for (size_t i = 0; i < n; i++)
        list[i] = pfn + i;
    p = vm_map_frames(list, n, VM_READ | VM_WRITE);
    if (!CHECK(p != NULL))
        return;
    for (size_t i = 0; i < n * PAGE_SIZE / sizeof(*p); i++)
        p[i] = i;
    for (size_t i = 0; i < n * PAGE_SIZE / sizeof(*p); i++) {
        if (p[i] != i) {
            test_failure("word %zu is lost", i);
            break;
        }
    }
    CHECK_EQ(vm_release(p, n << PAGE_SHIFT), 0);
}

static void test_machine(void)
{
    struct mm_stats before, after;

    mm_get_stats(&before);
    for (unsigned int round = 0; round < 3; round++) {
        for (size_t n = 1; n <= 512; n *= 8) {
            unsigned int bits = round == 1 ? 31 : 32;
            pfn_t pfn = frame_alloc_machine(n, bits);

            // Xen may have no free block as large.
            CHECK(pfn != PFN_NONE || n == 512);
            if (pfn == PFN_NONE) {
                printk("no block of %zu\n", n);
                continue;
            }
            check_block(pfn, n, bits);
            use_block(pfn, n);
            frame_free_range(pfn, n);
        }
    }
    CHECK(frame_alloc_machine(3, 32) == PFN_NONE);
    CHECK(frame_alloc_machine(0, 32) == PFN_NONE);
    CHECK(frame_alloc_machine(1024, 32) == PFN_NONE);
    CHECK(frame_alloc_machine(512, 13) == PFN_NONE);
    mm_get_stats(&after);
    CHECK(after.frames_free + 16 >= before.frames_free);
}

static void test_foreign(void)
{
    mfn_t frames[3] = {0x100, 0x101, 0x102};
    struct mm_stats before, after;
    void *addr;
    int rc = vm_map_domain(0, frames, 3, VM_READ, &addr);

    mm_get_stats(&before);
    printk("dom0's memory: %d\n", rc);
    CHECK(rc == -XEN_EPERM || rc == -XEN_ESRCH || rc == -XEN_EACCES);
    CHECK(vm_map_domain(0, frames, 0, VM_READ, &addr) == -XEN_EINVAL);
    CHECK(vm_map_domain(0, frames, 65, VM_READ, &addr) == -XEN_EINVAL);
    for (unsigned int i = 0; i < 200; i++)
        CHECK_EQ(vm_map_domain(0, frames, 3, VM_READ, &addr), rc);
    mm_get_stats(&after);
    CHECK(after.frames_free + 2 >= before.frames_free);
}

void test_main(void)
{
    test_machine();
    test_foreign();
}
