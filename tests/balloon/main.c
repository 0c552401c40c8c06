// SPDX-License-Identifier: BSD-3-Clause
// Memory goes to Xen and comes back: Xen's own count agrees, what is in use keeps its contents and
// is never given away, the guest lives on what is left, and memory beyond what the guest began with
// is as good as any. (memory= is less than maxmem=: under PVH the map then has RAM that does not
// exist yet.)
#include <xen/errno.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <halvm/boot.h>
#include <halvm/mm.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "ballooning down to what is free and up to maxmem";

#define MIB    256UL // frames
#define MEMORY 48
#define MAXMEM 96

static struct mm_stats stats(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s;
}

static long reservation(void)
{
    halvm_domid_t self = DOMID_SELF;

    return hypercall_memory_op(XENMEM_current_reservation, &self);
}

static void fill(char *p, size_t len)
{
    for (size_t i = 0; i < len; i += PAGE_SIZE)
        *(size_t *)(p + i) = i + 1;
}

static bool filled(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i += PAGE_SIZE) {
        if (*(const size_t *)(p + i) != i + 1)
            return false;
    }
    return true;
}

// Commit and use all but a little of what is free, and give it back.
static void use_all(size_t at_least)
{
    size_t len = (stats().frames_free - 128) << PAGE_SHIFT;
    char *p = vm_alloc(len, VM_READ | VM_WRITE);

    CHECK(len >> PAGE_SHIFT >= at_least);
    if (!CHECK(p != NULL))
        return;
    for (size_t i = 0; i < len; i += PAGE_SIZE) {
        if (*(size_t *)(p + i)) {
            test_failure("page %zu is not zero", i >> PAGE_SHIFT);
            break;
        }
    }
    fill(p, len);
    CHECK(filled(p, len));
    for (size_t i = 0; CONFIG_PV && i < len; i += PAGE_SIZE) {
        mfn_t mfn = vm_frame_of(p + i);

        if (pfn_to_mfn(mfn_to_pfn(mfn)) != mfn) {
            test_failure("frame %lx of the machine is frame %lx of ours, says Xen", mfn,
                         mfn_to_pfn(mfn));
            break;
        }
    }
    CHECK_EQ(vm_release(p, len), 0);
}

static void test_round(char *kept, size_t kept_len)
{
    size_t start = stats().frames_total, free;
    long xen = reservation();

    // Down by 8 MiB: Xen has them.
    CHECK_EQ(balloon_set_target(start - 8 * MIB), start - 8 * MIB);
    CHECK_EQ(stats().frames_total, start - 8 * MIB);
    CHECK_EQ(reservation(), xen - 8 * MIB);
    CHECK(filled(kept, kept_len));
    // Down to nothing: what is in use stays, and a little to live on.
    CHECK(balloon_set_target(1) > (long)(kept_len >> PAGE_SHIFT));
    free = stats().frames_free;
    CHECK(free >= 64 && free < 1200);
    CHECK(reservation() < (long)(kept_len >> PAGE_SHIFT) + 14 * (long)MIB);
    CHECK(filled(kept, kept_len));
    printk("down to %lu KiB, of which %lu are free\n", (unsigned long)stats().frames_total * 4,
           (unsigned long)free * 4);
    CHECK(vm_alloc((free + 1) << PAGE_SHIFT, VM_READ | VM_WRITE) == NULL);
    use_all(1);
    // Back.
    CHECK_EQ(balloon_set_target(start), start);
    CHECK_EQ(reservation(), xen);
    use_all(8 * MIB);
    CHECK(filled(kept, kept_len));
}

static void test_grow(void)
{
    ns_t deadline = time_monotonic() + 60 * NS_PER_SEC;
    long got;

    printk("ready\n");
    do {
        thread_sleep_until(time_monotonic() + NS_PER_SEC / 5);
        got = balloon_set_target((MAXMEM - 1) * MIB);
    } while (got < (long)((MAXMEM - 1) * MIB) && time_monotonic() < deadline);
    printk("up to %ld KiB\n", got * 4);
    CHECK_EQ(got, (MAXMEM - 1) * MIB);
    for (unsigned int round = 0; round < 2; round++) {
        use_all(70 * MIB);
        CHECK_EQ(balloon_set_target(30 * MIB), 30 * MIB);
        CHECK_EQ(balloon_set_target((MAXMEM - 1) * MIB), (MAXMEM - 1) * MIB);
    }
    CHECK_EQ(balloon_set_target(30 * MIB), 30 * MIB);
}

void test_main(void)
{
    size_t kept_len = 6 * MIB << PAGE_SHIFT;
    struct mm_stats s;
    char *kept;
    long got;

    // Under PVH the guest learns only now what there is.
    kept = vm_alloc(kept_len, VM_READ | VM_WRITE);
    if (!CHECK(kept != NULL))
        return;
    fill(kept, kept_len);
    s = stats();
    printk("%lu KiB of RAM, %lu at boot, Xen says %ld\n", (unsigned long)s.frames_total * 4,
           (unsigned long)s.frames_boot * 4, reservation() * 4);
    // A shim leaves a little more.
    CHECK(s.frames_total <= (MEMORY + 4) * MIB && s.frames_total > (MEMORY - 4) * MIB);
    use_all(20 * MIB);
    // Under PVH with maxmem= the numbers without memory go first, and a few frames with them.
    CHECK_EQ(balloon_set_target(s.frames_total), s.frames_total);
    for (unsigned int round = 0; round < 3; round++)
        test_round(kept, kept_len);
    // Without the toolstack's leave there is no more than memory=.
    got = balloon_set_target(2 * MAXMEM * MIB);
    CHECK(got >= (long)(MEMORY - 4) * (long)MIB && got < (MEMORY + 8) * (long)MIB);
    if (boot_option("grow"))
        test_grow();
    CHECK(filled(kept, kept_len));
    CHECK_EQ(vm_release(kept, kept_len), 0);
}
