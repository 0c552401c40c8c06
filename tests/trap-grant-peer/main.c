// SPDX-License-Identifier: BSD-3-Clause
// Guest 0 maps a page of guest 1's read-only, writes to it, and dies of that. Guest 1 had ended the
// grant meanwhile, in vain; the death gives it the page back, unchanged.
#include <string.h>
#include <xen/errno.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include "../common/pair.h"

const char test_title[] = "a write to another guest's page mapped read-only dies";

static void mapper(halvm_domid_t other)
{
    struct grant_page map = {0};
    uint32_t ref;
    void *at;

    if (!pair_get("ref", &ref))
        return;
    map.ref = ref;
    if (!CHECK_EQ(grant_map(other, &map, 1, true, &at), 0))
        return;
    CHECK(!strcmp(at, "not yours"));
    pair_at("mapped");
    pair_at("ended");
    CHECK(!strcmp(at, "not yours"));
    printk("reads; now a write\n");
    *(volatile char *)at = 'x';
    test_failure("the write went through");
}

static void granter(halvm_domid_t other)
{
    char *page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
    ns_t deadline = time_monotonic() + MEET_SECONDS * NS_PER_SEC;
    long ref;
    int rc;

    strcpy(page, "not yours");
    ref = grant_access(other, page, false);
    if (!CHECK(ref > 0) || !pair_put("ref", ref) || !pair_at("mapped"))
        return;
    CHECK_EQ(grant_end(ref), -XEN_EBUSY);
    pair_at("ended");
    while ((rc = grant_end(ref)) == -XEN_EBUSY && time_monotonic() < deadline)
        thread_sleep_until(time_monotonic() + 50 * 1000 * 1000);
    CHECK_EQ(rc, 0);
    CHECK(!strcmp(page, "not yours"));
}

void test_main(void)
{
    halvm_domid_t other = 0;
    uint32_t me;

    if (!pair_enter(&me, &other))
        return;
    if (me == 0)
        mapper(other);
    else
        granter(other);
}
