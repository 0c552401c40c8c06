// SPDX-License-Identifier: BSD-3-Clause
// What sharing memory costs, in instructions (under --icount a nanosecond is one): a page granted
// and taken back, and maps of 1, 16 and 512 pages of our own with their unmaps. The floor of a map
// is the bare hypercall with its arguments ready. PV only: PVH cannot map its own pages twice.
#include <arch/config.h>
#include <arch/hypercall.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include <halvm/time.h>
#include <xen/grant_table.h>

#define MAX   512
#define TIMES 8

static grant_ref_t refs[MAX];
static struct grant_page pages[MAX];
static struct gnttab_map_grant_ref map_ops[MAX];
static struct gnttab_unmap_grant_ref unmap_ops[MAX];
static halvm_domid_t self;

static unsigned int hypercalls(void)
{
    struct grant_stats s;

    grant_get_stats(&s);
    return s.hypercalls;
}

static void report(const char *what, size_t n, ns_t cost, unsigned int calls, ns_t floor)
{
    printk("bench: %s %lu: %lu instructions, %u hypercalls; floor %lu\n", what, n,
           (unsigned long)cost, calls, (unsigned long)floor);
}

static long grant_op(unsigned int cmd, void *args, size_t n)
{
    return hypercall_4(__HYPERVISOR_grant_table_op, cmd, (unsigned long)args, n, 0);
}

// The same pages at the same kind of place, with nothing but the hypercalls in the measured time.
static void bare(size_t n, ns_t *map, ns_t *unmap)
{
    ns_t start;
    void *at;

    if (vm_reserve(n << PAGE_SHIFT, PAGE_SIZE, VM_ANYWHERE, &at))
        return;
    for (size_t i = 0; i < n; i++) {
        maddr_t entry;
        size_t run;

        vm_entry_address((char *)at + (i << PAGE_SHIFT), &entry, &run);
        map_ops[i] = (struct gnttab_map_grant_ref){
            .host_addr = entry,
            .flags = GNTMAP_host_map | GNTMAP_contains_pte | GNTMAP_application_map |
                     VM_ENTRY_AVAIL << _GNTMAP_guest_avail0,
            .ref = refs[i],
            .dom = self,
        };
    }
    start = time_monotonic();
    grant_op(GNTTABOP_map_grant_ref, map_ops, n);
    *map = time_monotonic() - start;
    for (size_t i = 0; i < n; i++)
        unmap_ops[i] = (struct gnttab_unmap_grant_ref){.host_addr = map_ops[i].host_addr,
                                                       .handle = map_ops[i].handle};
    start = time_monotonic();
    grant_op(GNTTABOP_unmap_grant_ref, unmap_ops, n);
    *unmap = time_monotonic() - start;
    vm_release(at, n << PAGE_SHIFT);
}

static void maps(size_t n)
{
    ns_t map = NS_NEVER, unmap = NS_NEVER, bare_map = 0, bare_unmap = 0, start;
    unsigned int before = 0, mapped = 0, unmapped = 0;
    void *at;

    // The first time makes page tables.
    for (unsigned int i = 0; i < TIMES; i++) {
        before = hypercalls();
        start = time_monotonic();
        if (grant_map(self, pages, n, false, &at))
            return;
        if (time_monotonic() - start < map)
            map = time_monotonic() - start;
        mapped = hypercalls() - before;
        start = time_monotonic();
        grant_unmap(at, pages, n);
        if (time_monotonic() - start < unmap)
            unmap = time_monotonic() - start;
        unmapped = hypercalls() - before - mapped;
        bare(n, &bare_map, &bare_unmap);
    }
    report("map", n, map, mapped, bare_map);
    report("unmap", n, unmap, unmapped, bare_unmap);
}

int main(void)
{
    char *block = vm_alloc(MAX * PAGE_SIZE, VM_READ | VM_WRITE);
    ns_t start, access, end;

    self = evtchn_own_domid();
    start = time_monotonic();
    refs[0] = grant_access(self, block, false);
    report("set-up and first grant", 1, time_monotonic() - start, hypercalls(), 0);
    grant_end(refs[0]);
    start = time_monotonic();
    for (unsigned int i = 0; i < 100; i++)
        refs[i] = grant_access(self, block + i * PAGE_SIZE, false);
    access = (time_monotonic() - start) / 100;
    start = time_monotonic();
    for (unsigned int i = 0; i < 100; i++)
        grant_end(refs[i]);
    end = (time_monotonic() - start) / 100;
    report("grant", 1, access, 0, 0);
    report("end", 1, end, 0, 0);
    grant_access_range(self, block, MAX, false, refs);
    for (unsigned int i = 0; i < MAX; i++)
        pages[i].ref = refs[i];
    if (CONFIG_PV) {
        maps(1);
        maps(16);
        maps(512);
    }
    return 0;
}
