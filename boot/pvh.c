// SPDX-License-Identifier: BSD-3-Clause
// The PVH start record (xen/include/public/arch-x86/hvm/start_info.h; xen: docs/misc/pvh.pandoc).
#include <arch/arch.h>
#include <arch/hypercall.h>
#include <arch/layout.h>
#include <arch/p2m.h>
#include <halvm/console.h>
#include <halvm/power.h>
#include <xen/arch-x86/hvm/start_info.h>
#include "boot.h"

#define BOOT_MAP_END ((paddr_t)PVH_BOOT_MAP_END)

extern pte_t boot_root[PT_ENTRIES];

void boot_pvh(paddr_t start_info);

void *boot_virt(paddr_t addr)
{
    return (void *)(uintptr_t)addr;
}

static uint64_t hvm_param(uint32_t index)
{
    struct xen_hvm_param p = {.domid = DOMID_SELF, .index = index};
    long rc = hypercall_2(__HYPERVISOR_hvm_op, HVMOP_get_param, (unsigned long)&p);

    return rc ? 0 : p.value;
}

// The rings of the console and xenstore lie just below 4 GiB, one to one like the rest. One level-2
// table serves both.
static void map_special_pages(pfn_t pfn)
{
    static pte_t l2[CONFIG_PAGING_LEVELS > 2 ? PT_ENTRIES : 1] __attribute__((aligned(PAGE_SIZE)));
    const pte_t rights = PTE_PRESENT | PTE_WRITE | PTE_USER;
    paddr_t addr = (paddr_t)pfn << PAGE_SHIFT;
    pte_t *table = boot_root;

    if (addr < BOOT_MAP_END)
        return;
    for (unsigned int level = PT_TOP; level > 2 && !(addr >> 32); level--) {
        pte_t *entry = &table[(addr >> PT_SHIFT(level)) & (PT_ENTRIES - 1)];

        if (level == 3 && !*entry)
            *entry = (uintptr_t)l2 | rights;
        table = boot_virt(*entry & PTE_ADDR);
    }
    if (addr >> 32 || (CONFIG_PAGING_LEVELS > 2 && table != l2))
        panic("a special page at pfn %lx is not where this kernel can map it", pfn);
    table[PT_INDEX(addr, 2)] = ROUND_DOWN(addr, PT_SPAN(2)) | rights | PTE_LARGE | PTE_NX;
}

static void add_memory_map(const struct hvm_start_info *si)
{
    const struct hvm_memmap_table_entry *e = boot_virt(si->memmap_paddr);

    for (unsigned int i = 0; i < si->memmap_entries; i++) {
        if (e[i].type == XEN_HVM_MEMMAP_TYPE_RAM && e[i].size <= UINT64_MAX - e[i].addr)
            boot_add_ram(e[i].addr, e[i].addr + e[i].size);
    }
}

// Builders before version 1 of the record give no map in it: ask Xen (XENMEM_memory_map, E820
// entries).
static void ask_memory_map(void)
{
    struct e820_entry {
        uint64_t addr, size;
        uint32_t type;
    } __attribute__((packed)) map[64];
    struct xen_memory_map arg = {.nr_entries = ARRAY_SIZE(map)};
    long rc;

    set_xen_guest_handle(arg.buffer, (void *)map);
    rc = hypercall_memory_op(XENMEM_memory_map, &arg);
    if (rc)
        panic("XENMEM_memory_map: error %ld", rc);
    for (unsigned int i = 0; i < arg.nr_entries; i++) {
        if (map[i].type == 1 && map[i].size <= UINT64_MAX - map[i].addr)
            boot_add_ram(map[i].addr, map[i].addr + map[i].size);
    }
}

static void use(paddr_t start, paddr_t size)
{
    // At address 0, C could not point to it.
    if (!start || start >= BOOT_MAP_END || size > BOOT_MAP_END - start)
        panic("the builder put a boot record at %llx, where this kernel cannot see all of it",
              (unsigned long long)start);
    if (start < boot_record.used_start)
        boot_record.used_start = ROUND_DOWN(start, (paddr_t)PAGE_SIZE);
    if (start + size > boot_record.used_end)
        boot_record.used_end = ROUND_UP(start + size, (paddr_t)PAGE_SIZE);
}

static void add_modules(const struct hvm_start_info *si)
{
    const struct hvm_modlist_entry *m;

    use(si->modlist_paddr, (paddr_t)si->nr_modules * sizeof(*m));
    m = boot_virt(si->modlist_paddr);
    for (unsigned int i = 0; i < si->nr_modules; i++)
        use(m[i].paddr, m[i].size);
    boot_record.ramdisk = boot_virt(m[0].paddr);
    boot_record.ramdisk_size = m[0].size;
}

void boot_pvh(paddr_t start_info)
{
    const struct hvm_start_info *si = boot_virt(start_info);
    paddr_t ram_end;

    arch_root_table = boot_root;
    arch_root_pfn = (uintptr_t)boot_root >> PAGE_SHIFT;
    arch_early_init(0, 0);
    boot_record.console_pfn = hvm_param(HVM_PARAM_CONSOLE_PFN);
    boot_record.console_port = hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
    boot_record.store_pfn = hvm_param(HVM_PARAM_STORE_PFN);
    boot_record.store_port = hvm_param(HVM_PARAM_STORE_EVTCHN);
    map_special_pages(PVH_SHARED_INFO >> PAGE_SHIFT);
    map_special_pages(boot_record.console_pfn);
    map_special_pages(boot_record.store_pfn);

    boot_record.used_start = (uintptr_t)image_start;
    boot_record.used_end = (uintptr_t)image_end;
    use(start_info, sizeof(*si));
    if (si->magic != XEN_HVM_START_MAGIC_VALUE)
        panic("no PVH start record at %llx: magic %x", (unsigned long long)start_info, si->magic);
    if (si->cmdline_paddr) {
        use(si->cmdline_paddr, 1);
        boot_set_cmdline(boot_virt(si->cmdline_paddr), BOOT_MAP_END - si->cmdline_paddr);
    }
    if (si->nr_modules)
        add_modules(si);
    if (si->version >= 1 && si->memmap_entries) {
        use(si->memmap_paddr, (paddr_t)si->memmap_entries * sizeof(struct hvm_memmap_table_entry));
        add_memory_map(si);
    } else {
        ask_memory_map();
    }
    ram_end = boot_record.nr_ram ? boot_record.ram[boot_record.nr_ram - 1].end : 0;
    boot_record.mapped_end = ram_end < BOOT_MAP_END ? ram_end : BOOT_MAP_END;
    boot_check();
    kernel_main();
}

mfn_t boot_suspend(void)
{
    return 0;
}

maddr_t boot_resume(bool cancelled)
{
    if (!cancelled) {
        boot_record.console_port = hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
        boot_record.store_port = hvm_param(HVM_PARAM_STORE_EVTCHN);
    }
    return 0;
}
