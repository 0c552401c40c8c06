// SPDX-License-Identifier: BSD-3-Clause
// Memory from vm_commit() cannot be executed unless it was asked for as code, and code cannot be
// asked for as writable.
#include <arch/config.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "executing the heap dies";

void test_main(void)
{
    unsigned char *page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);

    if (!CONFIG_NX) {
        test_skip("two-level page tables have no NX");
        return;
    }
    if (!page) {
        test_error("no memory");
        return;
    }
    CHECK(vm_protect(page, PAGE_SIZE, VM_READ | VM_WRITE | VM_EXEC) < 0);
    page[0] = 0xc3;
    CHECK_EQ(vm_protect(page, PAGE_SIZE, VM_READ | VM_EXEC), 0);
    ((void (*)(void))(uintptr_t)page)();
    CHECK_EQ(vm_protect(page, PAGE_SIZE, VM_READ | VM_WRITE), 0);
    printk("as code it ran\n");
    ((void (*)(void))(uintptr_t)page)();
    test_failure("the call returned");
}
