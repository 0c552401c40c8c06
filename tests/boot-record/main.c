// SPDX-License-Identifier: BSD-3-Clause
// What both boot protocols tell us ends up in one record: command line, RAM, ramdisk, ports.
#include <arch/config.h>
#include <halvm/boot.h>
#include <halvm/mm.h>
#include "../common/test.h"

const char test_title[] = "the boot record";

static const char expected_line[] = "one two=\"three four\" 5";
static const char expected_disk[] = "a plain file, not an archive\n";

static bool same(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

void test_main(void)
{
    const struct boot_info *b = boot_info;
    paddr_t ram = 0;

    CHECK(same(b->cmdline, expected_line, sizeof(expected_line)));
    CHECK(!b->cmdline_truncated);
    CHECK(b->nr_ram > 0);
    for (unsigned int i = 0; i < b->nr_ram; i++) {
        CHECK(b->ram[i].start < b->ram[i].end);
        CHECK(i == 0 || b->ram[i].start >= b->ram[i - 1].end);
        ram += b->ram[i].end - b->ram[i].start;
    }
    // memory=24 in the configuration; the builder keeps some of it for itself under PVH, and the
    // runner gives a guest of xen-shim a little more than the shim takes.
    CHECK(ram <= (CONFIG_PV && !CONFIG_64BIT ? 28 : 24) << 20 && ram >= 22 << 20);
    CHECK(b->used_start < b->used_end && b->used_end <= b->mapped_end);
    CHECK(b->console_pfn && b->console_port);
    CHECK(b->store_pfn && b->store_port);
    CHECK_EQ(b->ramdisk_size, sizeof(expected_disk) - 1);
    CHECK(b->ramdisk && same(b->ramdisk, expected_disk, sizeof(expected_disk) - 1));
}
