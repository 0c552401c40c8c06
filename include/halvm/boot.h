// SPDX-License-Identifier: BSD-3-Clause
// What the boot protocols tell us, in one neutral form. boot/ fills it in from either start record
// before anything else runs; afterwards only a restore changes it, and then only the ports.
#ifndef HALVM_BOOT_H
#define HALVM_BOOT_H

#include <halvm/types.h>

#define BOOT_CMDLINE_MAX 1024
#define BOOT_RAM_MAX     32

struct boot_range {
    paddr_t start; // page aligned
    paddr_t end;   // page aligned, exclusive
};

struct boot_info {
    char cmdline[BOOT_CMDLINE_MAX]; // `extra=` of the xl config, NUL-terminated
    bool cmdline_truncated;

    struct boot_range ram[BOOT_RAM_MAX]; // ascending, disjoint; includes what is in use
    unsigned int nr_ram;
    paddr_t ram_dropped; // bytes in ranges for which the table had no room

    paddr_t used_start, used_end; // in use at boot: image, ramdisk, start records, page tables
    paddr_t mapped_end;           // RAM below this is mapped at boot_virt() from the start
    const void *ramdisk;          // `ramdisk=` of the xl config, mapped; NULL when there is none
    size_t ramdisk_size;

    pfn_t console_pfn; // gfn under PVH; 0 where there is no ring
    evtchn_t console_port;
    pfn_t store_pfn;
    evtchn_t store_port;
};

// The one record. Readable from every context once kernel_main() has started.
extern const struct boot_info *const boot_info;

// Is `word` one of the words of the command line, before any word `--`? Words are what stands
// between spaces; quotes mean nothing here. Any context. The kernel's own words are all
// `halvm.NAME=VALUE`, which minlibc keeps from main() (minlibc/README.md has the list).
bool boot_option(const char *word);

// Where the boot protocol left a physical address below mapped_end.
void *boot_virt(paddr_t addr);

// Before the guest is suspended, with interrupts off: put the start record into the form that the
// toolstack wants, and say where it is (PV). Afterwards, whether cancelled or in a new domain: read
// it again, and say where the shared page is now (PV). Interrupts off; prints nothing.
mfn_t boot_suspend(void);
maddr_t boot_resume(bool cancelled);

// The one path after either entry, on the boot stack, interrupts off.
void kernel_main(void) __attribute__((noreturn));

#endif
