// SPDX-License-Identifier: BSD-3-Clause
// Walks the live page tables: no page is writable and executable at once, page 0 is absent, text is
// read-only, nothing but text is executable, and a thread's stack has a hole below it.
#include <arch/p2m.h>
#include <halvm/boot.h>
#include <halvm/sched.h>
#include "../common/test.h"

const char test_title[] = "page-table properties";

// Under PV what lies above is Xen's: the upper half, or a piece at the end.
#define OURS_END (CONFIG_64BIT ? 1UL << 47 : CONFIG_PV ? 0xf5800000 : ~0UL)
// PAE's top table has four entries.
#define TOP_ENTRIES (CONFIG_64BIT ? PT_ENTRIES / 2 : CONFIG_PAGING_LEVELS == 3 ? 4 : PT_ENTRIES)

extern char image_start[], text_end[], rodata_end[];

static size_t pages, executable;

static pte_t *table_virt(pte_t entry)
{
    paddr_t addr = (paddr_t)mfn_to_pfn((entry & PTE_ADDR) >> PAGE_SHIFT) << PAGE_SHIFT;

    if (addr >= boot_info->mapped_end)
        test_error("a table at %lx, which this test cannot read", (unsigned long)addr);
    return boot_virt(addr);
}

static void leaf(uintptr_t va, size_t span, bool write, bool exec)
{
    pages++;
    executable += exec ? span / PAGE_SIZE : 0;
    if (write && exec)
        test_failure("%p is writable and executable", (void *)va);
    if (va < PAGE_SIZE)
        test_failure("page 0 is mapped");
    if (exec && (va < (uintptr_t)image_start || va + span > (uintptr_t)text_end))
        test_failure("%p is executable and not text", (void *)va);
    if (write && va < (uintptr_t)rodata_end && va + span > (uintptr_t)image_start)
        test_failure("%p is writable and text or constant", (void *)va);
}

static void walk(const pte_t *table, unsigned int level, uintptr_t base, bool write, bool exec)
{
    unsigned int n = level == PT_TOP ? TOP_ENTRIES : PT_ENTRIES;

    for (unsigned int i = 0; i < n; i++) {
        uintptr_t va = base + i * PT_SPAN(level);
        bool w = write && (table[i] & PTE_WRITE), x = exec && !(table[i] & PTE_NX);

        if (!(table[i] & PTE_PRESENT) || va >= OURS_END)
            continue;
        if (level == 1 || (table[i] & PTE_LARGE))
            leaf(va, PT_SPAN(level), w, x);
        else
            walk(table_virt(table[i]), level - 1, va, w, x);
    }
}

static bool is_mapped(uintptr_t va)
{
    const pte_t *table = arch_root_table;

    for (unsigned int level = PT_TOP; level > 0; level--) {
        pte_t e = table[PT_INDEX(va, level)];

        if (!(e & PTE_PRESENT))
            return false;
        if (level == 1 || (e & PTE_LARGE))
            return true;
        table = table_virt(e);
    }
    return false;
}

void test_main(void)
{
    void *stack;
    size_t size;

    // Without NX all pages are executable: then only the other properties can be looked at.
    walk(arch_root_table, PT_TOP, 0, true, CONFIG_NX);
    printk("%zu mappings, %zu executable pages\n", pages, executable);
    if (CONFIG_NX)
        CHECK_EQ(executable, ((uintptr_t)text_end - (uintptr_t)image_start) / PAGE_SIZE);
    thread_stack_bounds(thread_self(), &stack, &size);
    CHECK(is_mapped((uintptr_t)stack));
    CHECK(!is_mapped((uintptr_t)stack - PAGE_SIZE));
    CHECK(!is_mapped(0));
}
