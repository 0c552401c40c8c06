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
// Keep a RAM range (bytes), shrunk to whole pages; it may overlap others. What does not fit the
// table is dropped and counted.
void boot_add_ram(paddr_t start, paddr_t end);
// Panics unless the finished record is one that the rooms above can rely on.
void boot_check(void);

#endif
