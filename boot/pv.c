// SPDX-License-Identifier: BSD-3-Clause
// The PV start record (xen/include/public/xen.h, struct start_info and "Start-of-day memory
// layout").
#include <arch/arch.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <halvm/console.h>
#include <halvm/power.h>
#include "boot.h"

void boot_pv(struct start_info *si);

// The record stays where the builder put it, within what is in use: the toolstack writes it anew
// when the guest is restored.
static struct start_info *start_record;

void *boot_virt(paddr_t addr)
{
    return image_start + addr;
}

static paddr_t boot_paddr(uintptr_t virt)
{
    return virt - (uintptr_t)image_start;
}

// The builder maps past what it uses, to a multiple of 4 MiB: the first level-2 entry that is
// missing ends it. In 32 bits, where each page that stays mapped costs (mm/protect.c), the kernel
// wants less: what a level-2 entry maps, and MAPPED_LEAST of it free.
#define MAPPED_LEAST (64 * PAGE_SIZE)

static paddr_t mapped_end(const struct start_info *si)
{
    uintptr_t va = (uintptr_t)image_start;
    uintptr_t enough = va + boot_record.used_end + MAPPED_LEAST;

    while (CONFIG_64BIT || va < enough) {
        const pte_t *table = (const pte_t *)si->pt_base;

        for (unsigned int level = PT_TOP; level > 1; level--) {
            pte_t e = table[PT_INDEX(va, level)];

            if (!(e & PTE_PRESENT))
                return boot_paddr(va);
            table = boot_virt((paddr_t)mfn_to_pfn((e & PTE_ADDR) >> PAGE_SHIFT) << PAGE_SHIFT);
        }
        va = ROUND_UP(va + 1, PT_SPAN(2));
    }
    return boot_paddr(va);
}

void boot_pv(struct start_info *si)
{
    paddr_t ram_end = (paddr_t)si->nr_pages << PAGE_SHIFT;
    paddr_t end;

    start_record = si;
    pv_p2m = (mfn_t *)si->mfn_list;
    pv_p2m_size = si->nr_pages;
    if (!CONFIG_64BIT)
        pv32_m2p_init();
    arch_root_table = (pte_t *)si->pt_base;
    arch_root_pfn = boot_paddr(si->pt_base) >> PAGE_SHIFT;
    boot_record.console_pfn = mfn_to_pfn(si->console.domU.mfn);
    boot_record.console_port = si->console.domU.evtchn;
    boot_record.store_pfn = mfn_to_pfn(si->store_mfn);
    boot_record.store_port = si->store_evtchn;
    arch_early_init(si->shared_info, pfn_to_mfn(arch_root_pfn));

    boot_set_cmdline((const char *)si->cmd_line, sizeof(si->cmd_line));
    boot_add_ram(0, ram_end);
    if (si->mod_len) {
        boot_record.ramdisk = (const void *)si->mod_start;
        boot_record.ramdisk_size = si->mod_len;
    }
    if (!si->nr_pt_frames || si->nr_pt_frames > si->nr_pages)
        panic("%lu page tables in %lu pages", si->nr_pt_frames, si->nr_pages);
    boot_record.used_start = 0;
    boot_record.used_end = boot_paddr(si->pt_base) + ((paddr_t)si->nr_pt_frames << PAGE_SHIFT);
    end = mapped_end(si);
    boot_record.mapped_end = end < ram_end ? end : ram_end;
    boot_check();
    kernel_main();
}

mfn_t boot_suspend(void)
{
    start_record->console.domU.mfn = boot_record.console_pfn;
    start_record->store_mfn = boot_record.store_pfn;
    return pfn_to_mfn(boot_paddr((uintptr_t)start_record) >> PAGE_SHIFT);
}

maddr_t boot_resume(bool cancelled)
{
    if (cancelled) {
        start_record->console.domU.mfn = pfn_to_mfn(boot_record.console_pfn);
        start_record->store_mfn = pfn_to_mfn(boot_record.store_pfn);
    } else {
        boot_record.console_port = start_record->console.domU.evtchn;
        boot_record.store_port = start_record->store_evtchn;
    }
    return start_record->shared_info;
}
