// SPDX-License-Identifier: BSD-3-Clause
// Building boot_info. Pure: no hypercalls, so that host tests can feed it anything.
#include <halvm/power.h>
#include "boot.h"

struct boot_info boot_record;
const struct boot_info *const boot_info = &boot_record;

void boot_set_cmdline(const char *text, size_t max)
{
    size_t n = 0;

    while (n < max && text[n]) {
        if (n == BOOT_CMDLINE_MAX - 1) {
            boot_record.cmdline_truncated = true;
            break;
        }
        boot_record.cmdline[n] = text[n];
        n++;
    }
    boot_record.cmdline[n] = '\0';
}

bool boot_option(const char *word)
{
    const char *p = boot_record.cmdline;
    size_t len = 0;

    while (word[len])
        len++;
    for (; *p; p++) {
        size_t n = 0;

        while (p[n] && p[n] != ' ')
            n++;
        if (n == len && !memcmp(p, word, len))
            return true;
        if (n == 2 && p[0] == '-' && p[1] == '-')
            return false;
        p += n;
        if (!*p)
            return false;
    }
    return false;
}

// Put a range that meets no other before ram[i], or make it part of one that it touches.
static void insert(unsigned int i, paddr_t start, paddr_t end)
{
    struct boot_range *ram = boot_record.ram;
    bool after = i > 0 && ram[i - 1].end == start;
    bool before = i < boot_record.nr_ram && ram[i].start == end;

    if (after && before) {
        ram[i - 1].end = ram[i].end;
        boot_record.nr_ram--;
        for (; i < boot_record.nr_ram; i++)
            ram[i] = ram[i + 1];
    } else if (after) {
        ram[i - 1].end = end;
    } else if (before) {
        ram[i].start = start;
    } else if (boot_record.nr_ram == BOOT_RAM_MAX) {
        boot_record.ram_dropped += end - start;
    } else {
        for (unsigned int j = boot_record.nr_ram++; j > i; j--)
            ram[j] = ram[j - 1];
        ram[i] = (struct boot_range){start, end};
    }
}

void boot_add_ram(paddr_t start, paddr_t end)
{
    const struct boot_range *ram = boot_record.ram;
    unsigned int i = 0;

    if (start > UINT64_MAX - PAGE_SIZE)
        return;
    start = ROUND_UP(start, (paddr_t)PAGE_SIZE);
    end = ROUND_DOWN(end, (paddr_t)PAGE_SIZE);
    // Maps come sorted and disjoint in practice. Of one that does not, what is new goes in piece by
    // piece, each between two known ranges.
    while (start < end) {
        while (i < boot_record.nr_ram && ram[i].end <= start)
            i++;
        if (i < boot_record.nr_ram && ram[i].start <= start) {
            start = ram[i].end;
            continue;
        }

        paddr_t stop = i < boot_record.nr_ram && ram[i].start < end ? ram[i].start : end;

        insert(i, start, stop);
        start = stop;
        i = 0;
    }
}

void boot_check(void)
{
    const struct boot_info *b = &boot_record;
    paddr_t disk = (uintptr_t)b->ramdisk - (uintptr_t)boot_virt(0);

    if (!b->nr_ram)
        panic("the builder's memory map has no RAM in it");
    if (b->used_start >= b->used_end || b->used_end > b->mapped_end)
        panic("the builder's records end at %llx, what it mapped at %llx",
              (unsigned long long)b->used_end, (unsigned long long)b->mapped_end);
    if (b->ramdisk &&
        (disk < b->used_start || disk > b->used_end || b->ramdisk_size > b->used_end - disk))
        panic("the ramdisk at %llx is not where the builder puts one", (unsigned long long)disk);
}
