// SPDX-License-Identifier: BSD-3-Clause
// Formats of page-table entries (AMD64 Architecture Programmer's Manual, volume 2, sections 5.2 and
// 5.3).
#ifndef ARCH_PAGE_H
#define ARCH_PAGE_H

#include <arch/config.h>
#include <halvm/types.h>

#if CONFIG_PAGING_LEVELS == 2
typedef uint32_t pte_t;
#define PTE_NX        0U // there is none
#define PTE_ADDR      0xfffff000U
#define PT_INDEX_BITS 10
#else
typedef uint64_t pte_t;
#define PTE_NX        (1ULL << 63)
#define PTE_ADDR      0x000ffffffffff000ULL
#define PT_INDEX_BITS 9
#endif

#define PTE_PRESENT  0x001ULL
#define PTE_WRITE    0x002ULL
#define PTE_USER     0x004ULL
#define PTE_ACCESSED 0x020ULL
#define PTE_DIRTY    0x040ULL
#define PTE_LARGE    0x080ULL // in levels 2 and 3

#define PT_ENTRIES (1 << PT_INDEX_BITS)
#define PT_TOP     CONFIG_PAGING_LEVELS
#define PT_SHIFT(lvl) \
    (PAGE_SHIFT + PT_INDEX_BITS * ((lvl)-1))  // address bits below one entry of the level
#define PT_SPAN(lvl)   (1UL << PT_SHIFT(lvl)) // bytes that one entry of the level covers
#define PT_INDEX(a, l) (((uintptr_t)(a) >> PT_SHIFT(l)) & (PT_ENTRIES - 1))

#endif
