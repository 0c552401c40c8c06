// SPDX-License-Identifier: BSD-3-Clause
// What was mapped read-only cannot be written, although the page itself can.
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "a write to a grant mapped read-only dies";

void test_main(void)
{
    halvm_domid_t self = evtchn_own_domid();
    volatile char *page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
    long ref = grant_access(self, (const void *)page, false);
    struct grant_page map = {.ref = ref};
    void *addr;

    if (!CHECK(ref > 0) || !CHECK_EQ(grant_map(self, &map, 1, true, &addr), 0))
        return;
    page[5] = 'x';
    if (!CHECK_EQ(((volatile char *)addr)[5], 'x'))
        return;
    printk("reads; now a write\n");
    ((volatile char *)addr)[5] = 'y';
    test_failure("the write went through");
}
