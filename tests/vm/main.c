// SPDX-License-Identifier: BSD-3-Clause
// Address space: reserving costs nothing, committing gives zeroes and keeps what is there,
// decommitting really returns memory, what is too much is refused whole, and wrong arguments are
// errors.
#include <xen/errno.h>
#include <arch/config.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "reserve, commit, decommit, protect, release";

#define MIB (1UL << 20)
// Reservations: much more than there is memory, and more than half of all addresses.
#define MUCH (CONFIG_64BIT ? 1UL << 40 : 1UL << 30)
#define MOST (CONFIG_64BIT ? 1UL << 46 : 7UL << 28)
#define FAR  (CONFIG_64BIT ? 300UL << 30 : 300UL << 20) // from the first byte of MUCH

// Page tables, and what a thread of the kernel's takes that starts meanwhile.
#define OTHERS 64

static size_t frames_free(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_free;
}

static void test_sparse(void)
{
    size_t before = frames_free(), committed;
    volatile char *p;
    void *addr;

    CHECK_EQ(vm_reserve(MUCH, MIB, VM_ANYWHERE, &addr), 0);
    CHECK(frames_free() + 1 >= before); // a list node's page at most
    CHECK_EQ((uintptr_t)addr % MIB, 0);
    p = addr;
    for (int round = 0; round < 3; round++) {
        size_t start = frames_free();

        // Far apart, and across a table's boundary.
        CHECK_EQ(vm_commit(addr + FAR - MIB, 2 * MIB, VM_READ | VM_WRITE), 0);
        for (size_t i = 0; i < 2 * MIB; i += 512)
            CHECK_EQ(p[FAR - MIB + i], 0);
        for (size_t i = 0; i < 2 * MIB; i += 512)
            p[FAR - MIB + i] = 7;
        committed = start - frames_free();
        CHECK(committed >= 512 && committed <= 512 + OTHERS);
        // Committing again changes nothing.
        CHECK_EQ(vm_commit(addr + FAR, MIB, VM_READ | VM_WRITE), 0);
        CHECK_EQ(p[FAR], 7);
        CHECK_EQ(vm_decommit(addr + FAR - MIB, 2 * MIB), 0);
        CHECK(frames_free() >= start - OTHERS);
    }
    CHECK_EQ(vm_release(addr, MUCH), 0);
}

static void test_too_much(void)
{
    size_t before = frames_free();
    void *addr;

    CHECK_EQ(vm_reserve(MUCH, PAGE_SIZE, VM_ANYWHERE, &addr), 0);
    CHECK_EQ(vm_commit(addr, (before + 1) * PAGE_SIZE, VM_READ | VM_WRITE), -XEN_ENOMEM);
    // Nothing but page tables was kept.
    CHECK(frames_free() + before / 512 + OTHERS >= before);
    CHECK_EQ(vm_commit(addr, (frames_free() - 64) * PAGE_SIZE, VM_READ | VM_WRITE), 0);
    CHECK(frames_free() <= 64);
    CHECK_EQ(vm_release(addr, MUCH), 0);
    CHECK(frames_free() + before / 512 + OTHERS >= before);
}

static void test_protect(void)
{
    volatile int *p = vm_alloc(4 * PAGE_SIZE, VM_READ | VM_WRITE);

    if (!CHECK(p != NULL))
        return;
    p[0] = 11;
    p[1024] = 12;
    CHECK_EQ(vm_protect((void *)p, 4 * PAGE_SIZE, VM_READ), 0);
    CHECK_EQ(p[0] + p[1024], 23);
    // Contents survive having no rights at all.
    CHECK_EQ(vm_protect((void *)p, 4 * PAGE_SIZE, VM_NONE), 0);
    CHECK_EQ(vm_protect((void *)p, 4 * PAGE_SIZE, VM_READ | VM_WRITE), 0);
    CHECK_EQ(p[0] + p[1024], 23);
    p[0] = 1;
    CHECK_EQ(vm_release((void *)p, 4 * PAGE_SIZE), 0);
}

static void test_arguments(void)
{
    void *a, *b, *low;

    CHECK_EQ(vm_reserve(0, PAGE_SIZE, VM_ANYWHERE, &a), -XEN_EINVAL);
    CHECK_EQ(vm_reserve(PAGE_SIZE, 3 * PAGE_SIZE, VM_ANYWHERE, &a), -XEN_EINVAL);
    CHECK_EQ(vm_reserve(MOST, PAGE_SIZE, VM_ANYWHERE, &a), 0);
    CHECK_EQ(vm_reserve(MOST, PAGE_SIZE, VM_ANYWHERE, &b), -XEN_ENOMEM);
    CHECK_EQ(vm_commit(a + 1, PAGE_SIZE, VM_READ), -XEN_EINVAL);
    CHECK_EQ(vm_commit(a, PAGE_SIZE, VM_WRITE | VM_EXEC), -XEN_EINVAL);
    CHECK_EQ(vm_commit(a - PAGE_SIZE, 2 * PAGE_SIZE, VM_READ), -XEN_EINVAL);
    CHECK_EQ(vm_release(a, PAGE_SIZE), -XEN_EINVAL);
    CHECK_EQ(vm_release(a, MOST), 0);
    CHECK_EQ(vm_release(a, MOST), -XEN_EINVAL);
    CHECK_EQ(vm_reserve(MIB, PAGE_SIZE, VM_LOW, &low), 0);
    CHECK((uintptr_t)low + MIB <= 1UL << 31);
    CHECK_EQ(vm_release(low, MIB), 0);
}

void test_main(void)
{
    // First: what else is reserved later, while much is, divides what is left.
    test_arguments();
    test_sparse();
    test_too_much();
    test_protect();
}
