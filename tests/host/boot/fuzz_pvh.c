// SPDX-License-Identifier: BSD-3-Clause
// fuzz_pvh FACTOR SEED: start records of the PVH protocol. Each case is a record that a builder
// could have made, with some of its fields replaced; it must be refused by panic(), or be taken
// over with everything in boot_info as it promises.
#include "host.h"

#include <string.h>
#include <sys/mman.h>

#include <arch/arch.h>
#include <arch/page.h>
#include <halvm/console.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/params.h>
#include "../../../boot/boot.h"

// boot_virt() is the identity: this much of the low addresses plays the guest's memory. Linux gives
// nobody the first 64 KiB.
#define LOW    0x10000ULL
#define MAPPED (1ULL << 30)

void boot_pvh(paddr_t start_info);

pte_t boot_root[PT_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static pte_t boot_l3[PT_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
pte_t *arch_root_table;
pfn_t arch_root_pfn;

static struct hvm_start_info *si;
static unsigned long started, refused;
static bool map_known; // the ranges of the map are in the model

// An address for one of the record's pointers.
static uint64_t pointer(void)
{
    uint64_t at;

    switch (host_below(8)) {
    case 0: at = host_any(); break;
    case 1: at = MAPPED - host_below(8192); break;
    case 2: return 0;
    default: at = 0x200000 + host_below(64) * 8192; break;
    }
    return at < LOW ? at + LOW : at;
}

static uint64_t place(void)
{
    return host_below(3) ? host_below(64) << 20 : host_any();
}

static void write_map(struct hvm_memmap_table_entry *e, unsigned int n)
{
    for (unsigned int i = 0; i < n; i++) {
        e[i].addr = place();
        e[i].size = host_below(3) ? host_below(64) << 20 : host_any();
        e[i].type = host_below(4) ? XEN_HVM_MEMMAP_TYPE_RAM : (uint32_t)host_below(8);
    }
    if (n && host_below(8)) {
        e[0].addr = 0;
        e[0].size = 64 << 20;
        e[0].type = XEN_HVM_MEMMAP_TYPE_RAM;
    }
    // What boot reads in the end: its pieces may lie over one another.
}

static void model_map(const struct hvm_memmap_table_entry *e, unsigned int n)
{
    for (unsigned int i = 0; i < n; i++) {
        if (e[i].type == XEN_HVM_MEMMAP_TYPE_RAM)
            ranges_in(e[i].addr, e[i].size);
    }
    map_known = true;
}

static void make_map(void)
{
    si->memmap_entries = host_below(20);
    si->memmap_paddr = pointer();
    if (si->memmap_paddr && si->memmap_paddr < MAPPED - 20 * sizeof(struct hvm_memmap_table_entry))
        write_map((void *)(uintptr_t)si->memmap_paddr, si->memmap_entries);
    if (host_below(16) == 0)
        si->memmap_entries =
            host_below(4) ? (uint32_t)host_random() | 1U << 28 : (uint32_t)host_below(5000);
}

// `listed` modules in the list, which says that they are `claimed`.
static void write_modules(unsigned int listed, uint32_t claimed)
{
    struct hvm_modlist_entry *m;

    si->nr_modules = claimed;
    si->modlist_paddr = pointer();
    if (!si->modlist_paddr || si->modlist_paddr >= MAPPED - listed * sizeof(*m))
        return;
    m = (void *)(uintptr_t)si->modlist_paddr;
    for (unsigned int i = 0; i < listed; i++) {
        m[i].paddr = pointer();
        m[i].size = host_below(3) ? host_below(1 << 20) : host_any();
        m[i].cmdline_paddr = host_any();
    }
}

static void make_modules(void)
{
    unsigned int n = host_below(3) ? 0 : host_below(4);

    write_modules(n, host_below(50) ? n : (uint32_t)host_any());
}

static void make_e820(void)
{
    host_e820_count = host_below(16);
    host_e820_error = host_below(20) ? 0 : -22;
    for (unsigned int i = 0; i < host_e820_count; i++) {
        uint64_t addr = i ? place() : 0, size = host_below(3) ? host_below(64) << 20 : host_any();
        uint32_t type = host_below(4) ? 1 : host_below(6);

        memcpy(host_e820[i], &addr, 8);
        memcpy(host_e820[i] + 8, &size, 8);
        memcpy(host_e820[i] + 16, &type, 4);
    }
}

static void model_e820(void)
{
    for (unsigned int i = 0; i < host_e820_count; i++) {
        uint64_t addr, size;
        uint32_t type;

        memcpy(&addr, host_e820[i], 8);
        memcpy(&size, host_e820[i] + 8, 8);
        memcpy(&type, host_e820[i] + 16, 4);
        if (type == 1)
            ranges_in(addr, size);
    }
}

static void make_params(void)
{
    for (unsigned int i = 0; i < 64; i++)
        host_hvm_param[i] = 0xfefff - host_below(8);
    if (host_below(16) == 0)
        host_hvm_param[HVM_PARAM_CONSOLE_PFN] = host_any();
    if (host_below(16) == 0)
        host_hvm_param[HVM_PARAM_STORE_PFN] = host_any();
}

static void make_cmdline(void)
{
    si->cmdline_paddr = pointer();
    if (si->cmdline_paddr && si->cmdline_paddr < MAPPED - 4096) {
        char *text = (void *)(uintptr_t)si->cmdline_paddr;
        size_t n = host_below(host_below(8) ? 40 : 1500);

        for (size_t i = 0; i < n; i++)
            text[i] = 1 + host_below(255);
        text[n] = 0;
    }
}

// Everything that came along lies in what is kept from the frame allocator.
static void in_use(uint64_t start, uint64_t size)
{
    MUST(start >= boot_info->used_start && size <= boot_info->used_end &&
         start <= boot_info->used_end - size);
}

static void check(uint64_t at)
{
    record_check();
    if (!map_known)
        return;
    ranges_check();
    in_use(at, sizeof(*si));
    for (unsigned int i = 0; i < si->nr_modules; i++) {
        const struct hvm_modlist_entry *m = (void *)(uintptr_t)si->modlist_paddr;

        in_use((uintptr_t)(m + i), sizeof(*m));
        in_use(m[i].paddr, m[i].size);
        if (i == 0)
            MUST((uintptr_t)boot_info->ramdisk == m[0].paddr &&
                 boot_info->ramdisk_size == m[0].size);
    }
    MUST(boot_info->mapped_end <= MAPPED);
}

// A record of any kind at `at`, or none that is seen there.
static void make_record(uint64_t at)
{
    struct hvm_start_info start;

    make_params();
    make_e820();
    if (!at || at >= MAPPED - sizeof(*si)) {
        si = NULL;
        return;
    }
    si = &start;
    memset(si, 0, sizeof(*si));
    si->magic = host_below(50) ? XEN_HVM_START_MAGIC_VALUE : (uint32_t)host_random();
    si->version = host_below(4) ? 1 : host_below(4);
    make_map();
    make_modules();
    make_cmdline();
    si = (void *)(uintptr_t)at;
    *si = start;
}

// A record in which nothing but the list of modules can be wrong. Most are short, and there.
static void make_module_record(uint64_t at)
{
    static const struct hvm_memmap_table_entry ram = {.size = MAPPED,
                                                      .type = XEN_HVM_MEMMAP_TYPE_RAM};
    struct hvm_start_info start;
    unsigned int n = 1 + host_below(host_below(8) ? 4 : 64);

    for (unsigned int i = 0; i < 64; i++)
        host_hvm_param[i] = 0xfefff;
    si = &start;
    memset(si, 0, sizeof(*si));
    si->magic = XEN_HVM_START_MAGIC_VALUE;
    si->version = 1;
    si->memmap_paddr = 0x1f0000;
    si->memmap_entries = 1;
    write_modules(n, host_below(30) ? n : (uint32_t)host_any());
    memcpy((void *)(uintptr_t)start.memmap_paddr, &ram, sizeof(ram));
    si = (void *)(uintptr_t)at;
    *si = start;
}

// The model of the memory map, read last of all, so that what overlaps is as boot will see it.
static void model(void)
{
    uint64_t size;

    if (!si)
        return;
    size = (uint64_t)si->memmap_entries * sizeof(struct hvm_memmap_table_entry);
    if (si->version < 1 || !si->memmap_entries) {
        model_e820();
        map_known = true;
    } else if (si->memmap_paddr >= LOW && si->memmap_paddr < MAPPED &&
               size <= MAPPED - si->memmap_paddr) {
        model_map((void *)(uintptr_t)si->memmap_paddr, si->memmap_entries);
    }
}

static void run(uint64_t at)
{
    volatile uint64_t where = at;
    int out;

    memset(&boot_record, 0, sizeof(boot_record));
    memset(boot_root, 0, sizeof(boot_root));
    if (PT_TOP > 2)
        boot_root[0] = (uintptr_t)boot_l3 | PTE_PRESENT;
    memset(boot_l3, 0, sizeof(boot_l3));
    ranges_reset();
    map_known = false;
    model();
    out = setjmp(host_way_out);
    if (!out)
        boot_pvh(at);
    started += out == CAME_OUT_STARTED;
    refused += out == CAME_OUT_PANIC;
    if (out == CAME_OUT_STARTED) {
        MUST(map_known);
        check(where);
    }
}

static void records(unsigned long n)
{
    for (host_case = 0; host_case < n; host_case++) {
        uint64_t at = host_below(64) ? 0x180000 + host_below(4096) * 8 : pointer();

        make_record(at);
        run(at);
    }
    // Both must be common.
    MUST(started > n / 7 && refused > n / 7);
    printf("ok   PVH start records: %lu, %lu of them refused\n", host_case, refused);
}

static void module_lists(unsigned long n)
{
    started = refused = 0;
    for (host_case = 0; host_case < n; host_case++) {
        uint64_t at = 0x180000 + host_below(4096) * 8;

        make_module_record(at);
        run(at);
    }
    MUST(started > n / 7 && refused > n / 7);
    printf("ok   module lists: %lu, %lu of them refused\n", host_case, refused);
}

int main(int argc, char **argv)
{
    unsigned long factor;
    void *low = mmap((void *)(uintptr_t)LOW, MAPPED - LOW, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    host_start(argc, argv, &factor);
    MUST(low != MAP_FAILED);
    records(1000000 * factor);
    module_lists(1000000 * factor);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
