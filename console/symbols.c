// SPDX-License-Identifier: BSD-3-Clause
// Names for addresses. The table is made from the linked image and put into section .ksyms: a
// count, as many addresses in ascending order, as many offsets of names, then the names. All words
// are 32-bit: the image lies below 2 GiB.
#include "internal.h"

extern const uint32_t ksyms_start[] __attribute__((weak));
extern char image_start[], text_end[];

const char *symbol_find(uintptr_t addr, uintptr_t *offset)
{
    const uint32_t *address, *name;
    uint32_t count, low = 0, high;
    const char *text;

    if (!ksyms_start || addr < (uintptr_t)image_start || addr >= (uintptr_t)text_end)
        return NULL;
    count = ksyms_start[0];
    address = ksyms_start + 1;
    name = address + count;
    high = count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (address[mid] <= addr)
            low = mid + 1;
        else
            high = mid;
    }
    if (!low)
        return NULL;
    *offset = addr - address[low - 1];
    // An empty name says that from here on nothing has one.
    text = (const char *)(name + count) + name[low - 1];
    return *text ? text : NULL;
}
