// SPDX-License-Identifier: BSD-3-Clause
// The other guest of bench/costs: grants it pages and sends each of its events back.
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include "../../tests/common/meet.h"

#define PAGES 512

static void send_back(evtchn_t port, void *arg)
{
    (void)arg;
    evtchn_send(port);
}

int main(void)
{
    static grant_ref_t refs[PAGES];
    struct meeting m;
    uint8_t *pages = vm_alloc(PAGES * PAGE_SIZE, VM_READ | VM_WRITE);

    if (!pages || meet(&m) < 0)
        return 1;

    halvm_domid_t other = meet_domid(&m, 0);
    long port = evtchn_alloc_unbound(other, send_back, NULL);

    if (port < 0 || grant_access_range(other, pages, PAGES, false, refs))
        return 2;
    for (unsigned int i = 0; i < PAGES; i++)
        ((grant_ref_t *)pages)[i] = refs[i];
    if (meet_put(&m, "port", port) || meet_put(&m, "first", refs[0]))
        return 3;
    meet_get(&m, 0, "end");
    return grant_end_release(refs, PAGES, pages, PAGES * PAGE_SIZE) ? 4 : 0;
}
