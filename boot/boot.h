// SPDX-License-Identifier: BSD-3-Clause
// Inside boot/: what the two protocols share.
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include <halvm/boot.h>

// The record under construction.
extern struct boot_info boot_record;

extern char image_start[], text_end[], rodata_end[], image_end[];

// Bounded copy into boot_record.cmdline.
void boot_set_cmdline(const char *text, size_t max);
// Keep a RAM range (bytes), shrunk to whole pages. Ranges that are empty or do not fit the table
// are dropped; the latter is counted.
void boot_add_ram(paddr_t start, paddr_t end);

#endif
