// SPDX-License-Identifier: BSD-3-Clause
// The address space. Also read by the linker script and by assembler, so only #defines of plain
// numbers.
//
// clang-format off
//   page 0                     never mapped
//   image_start ...            the image and what the builder loaded with it, to mapped_end
//   VM_LOW_BASE ... _END       vm_reserve(VM_LOW): within reach of 32-bit relocations
//   DIRECT_BASE + (pfn << 12)  page tables that lie in frames beyond mapped_end
//   VM_BASE ... _END           vm_reserve(VM_ANYWHERE)
//   0xffff800000000000 ...     Xen's own, under PV
//
// 32-bit: the same, except that VM_LOW lies inside VM_BASE ... VM_END, and that DIRECT_BASE begins a
// window into which chunks of such frames are put one after the other (mm/direct.c). Above it are
// the rings of the builder under PVH, and Xen's own from 0xf5800000 under PV.
// clang-format on
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#include <arch/config.h>

// PV: text ends and data begins exactly here, a multiple of 2 MiB, so that one level-2 entry's NX
// bit covers all data. pfn 0 is the first page of text: the place costs no memory.
#define PV_TEXT_END 0x10000000

// PVH: virtual is physical, from the customary 1 MiB; the entry maps RAM up to the second number.
#define PVH_IMAGE_BASE   0x100000
#define PVH_BOOT_MAP_END 0x40000000
// PVH: Xen's shared page goes here, where no RAM is, in the same 2 MiB as the rings of the builder.
#define PVH_SHARED_INFO 0xfefe0000

#define VM_LOW_BASE 0x50000000
#define VM_LOW_END  0x7ff00000
#if CONFIG_64BIT
#define DIRECT_BASE 0x080000000000
#define VM_BASE     0x100000000000
#define VM_END      0x7f0000000000
#else
#define VM_BASE     0x50000000
#define VM_END      0xf0000000
#define DIRECT_BASE 0xf0000000
#define DIRECT_END  0xf5000000
#endif

#endif
