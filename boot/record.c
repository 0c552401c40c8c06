// SPDX-License-Identifier: BSD-3-Clause
// Building boot_info. Pure: no hypercalls, so that host tests can feed it anything.
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
        p += n;
        if (!*p)
            return false;
    }
    return false;
}

void boot_add_ram(paddr_t start, paddr_t end)
{
    struct boot_range *ram = boot_record.ram;
    unsigned int i;

    if (start > UINT64_MAX - PAGE_SIZE)
        return;
    start = ROUND_UP(start, (paddr_t)PAGE_SIZE);
    end = ROUND_DOWN(end, (paddr_t)PAGE_SIZE);
    // Maps come sorted in practice; insertion keeps the promise if one does not. An overlap is cut
    // off rather than believed.
    for (i = boot_record.nr_ram; i > 0 && ram[i - 1].start > start; i--)
        continue;
    if (i > 0 && start < ram[i - 1].end)
        start = ram[i - 1].end;
    if (i < boot_record.nr_ram && end > ram[i].start)
        end = ram[i].start;
    if (start >= end)
        return;
    if (boot_record.nr_ram == BOOT_RAM_MAX) {
        boot_record.ram_dropped += end - start;
        return;
    }
    for (unsigned int j = boot_record.nr_ram; j > i; j--)
        ram[j] = ram[j - 1];
    ram[i] = (struct boot_range){start, end};
    boot_record.nr_ram++;
}
