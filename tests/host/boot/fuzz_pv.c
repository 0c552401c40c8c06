// SPDX-License-Identifier: BSD-3-Clause
// fuzz_pv FACTOR SEED: start records of the PV protocol, with page tables as the builder leaves
// them. What Xen itself vouches for (the tables, the numbers of frames) is sound; all other fields
// are anything.
#include "host.h"

#include <string.h>
#include <sys/mman.h>

#include <arch/arch.h>
#include <arch/page.h>
#include <arch/p2m.h>
#include "../../../boot/boot.h"

#define FRAMES   4096UL // the guest's
#define MACHINE  8192UL // the machine's
#define FRAME(n) (image_start + (n)*PAGE_SIZE)

void boot_pv(const struct start_info *si);

mfn_t *pv_p2m;
pfn_t pv_p2m_size;
pte_t *arch_root_table;
pfn_t arch_root_pfn;
pfn_t *host_m2p;
static mfn_t p2m[FRAMES];

// In 32 bits this is how the table is asked (arch/x86/p2m_32.c).
pfn_t pv32_mfn_to_pfn(mfn_t mfn)
{
    MUST(mfn < MACHINE);
    return host_m2p[mfn];
}

void pv32_m2p_init(void)
{
}

// Frames of the guest get random frames of the machine.
static void make_frames(void)
{
    static mfn_t machine[MACHINE];

    for (mfn_t m = 0; m < MACHINE; m++) {
        machine[m] = m;
        host_m2p[m] = ~(pfn_t)0;
    }
    for (pfn_t p = 0; p < FRAMES; p++) {
        mfn_t pick = p + host_below(MACHINE - p), m = machine[pick];

        machine[pick] = machine[p];
        p2m[p] = m;
        host_m2p[m] = p;
    }
}

// Page tables from the frame `first` on that map `count` pieces of what a level-2 entry maps, from
// image_start. Returns how many frames they take; tables of level 1 are left out: nobody looks.
static pfn_t make_tables(pfn_t first, unsigned int count)
{
    pfn_t next = first + 1;

    memset(FRAME(first), 0, PAGE_SIZE);
    for (unsigned int i = 0; i < count; i++) {
        uintptr_t va = (uintptr_t)image_start + i * PT_SPAN(2);
        pte_t *table = (pte_t *)FRAME(first);

        for (unsigned int level = PT_TOP; level > 2; level--) {
            pte_t *e = &table[PT_INDEX(va, level)];

            if (!*e) {
                memset(FRAME(next), 0, PAGE_SIZE);
                *e = (pte_t)p2m[next++] << PAGE_SHIFT | PTE_PRESENT;
            }
            table = (pte_t *)FRAME(host_m2p[(*e & PTE_ADDR) >> PAGE_SHIFT]);
        }
        table[PT_INDEX(va, 2)] = (pte_t)p2m[host_below(FRAMES)] << PAGE_SHIFT | PTE_PRESENT;
    }
    return next - first;
}

static unsigned long started, refused;

static void one_case(void)
{
    static struct start_info si;
    unsigned int pieces = 1 + host_below(8);
    pfn_t first = host_below(FRAMES - 16);
    char *bytes = (char *)&si;

    for (size_t i = 0; i < sizeof(si); i++)
        bytes[i] = host_random();
    si.nr_pt_frames = make_tables(first, pieces);
    si.pt_base = (uintptr_t)FRAME(first);
    si.mfn_list = (uintptr_t)p2m;
    si.nr_pages = host_below(4) ? 1 + host_below(FRAMES) : host_random() >> (12 + host_below(40));
    si.console.domU.mfn = p2m[host_below(FRAMES)];
    si.store_mfn = p2m[host_below(FRAMES)];
    if (host_below(3)) {
        si.mod_len = host_below(2) ? 0 : host_below(PAGE_SIZE);
        si.mod_start = (uintptr_t)FRAME(host_below(first + 1));
    }
    if (host_below(8) == 0)
        si.nr_pt_frames = host_any();
    memset(&boot_record, 0, sizeof(boot_record));

    int out = setjmp(host_way_out);
    if (!out)
        boot_pv(&si);
    if (out == CAME_OUT_PANIC) {
        refused++;
        return;
    }
    started++;
    ranges_reset();
    ranges_in(0, (uint64_t)si.nr_pages << PAGE_SHIFT);
    ranges_check();
    record_check();
    // All that is called mapped is.
    MUST(boot_info->mapped_end <= pieces * PT_SPAN(2));
    MUST(boot_info->used_end >= (uint64_t)(first + 1) << PAGE_SHIFT);
    MUST(boot_info->ramdisk_size == si.mod_len);
    MUST(strnlen((char *)si.cmd_line, sizeof(si.cmd_line)) == strlen(boot_info->cmdline) ||
         boot_info->cmdline_truncated);
    MUST(p2m[boot_info->console_pfn] == si.console.domU.mfn);
    MUST(p2m[boot_info->store_pfn] == si.store_mfn);
}

int main(int argc, char **argv)
{
    unsigned long factor;
    void *memory = mmap(image_start, FRAMES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    host_start(argc, argv, &factor);
    MUST(memory != MAP_FAILED);
    host_m2p = calloc(MACHINE, sizeof(pfn_t));
    for (host_case = 0; host_case < 1000000 * factor; host_case++) {
        if (host_case % 10000 == 0)
            make_frames();
        one_case();
    }
    MUST(started > 200000 * factor && refused > 100000 * factor);
    printf("ok   PV start records: %lu, %lu of them refused\n", host_case, refused);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
