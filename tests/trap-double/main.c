// SPDX-License-Identifier: BSD-3-Clause
// A fault whose own handler cannot be entered is a double fault, and is reported on a stack of its
// own: by an IST stack in 64 bits, by a task in 32. The page-fault gate is marked absent for that.
#include "../common/test.h"

const char test_title[] = "a double fault dies with a report";

#define GATE_SIZE  (2 * sizeof(long))
#define GATE_TYPE  5 // the byte with the present bit
#define PAGE_FAULT 14

void test_main(void)
{
    struct {
        uint16_t limit;
        uintptr_t base;
    } __attribute__((packed)) idtr;
    volatile uintptr_t nowhere = 16;

    __asm__ volatile("sidt %0" : "=m"(idtr));
    ((volatile uint8_t *)idtr.base)[PAGE_FAULT * GATE_SIZE + GATE_TYPE] = 0;
    test_failure("read %d", *(volatile int *)nowhere);
}
