// SPDX-License-Identifier: BSD-3-Clause
// What plays Xen and the rooms above boot/ on the host.
#ifndef HOST_H
#define HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <halvm/boot.h>

// Where boot code comes out: kernel_main() or panic().
enum { CAME_OUT_STARTED = 1, CAME_OUT_PANIC };
extern jmp_buf host_way_out;
extern char host_panic[200]; // what panic() said

extern uint64_t host_hvm_param[64]; // what HVMOP_get_param answers
// What XENMEM_memory_map answers: that many entries of 20 bytes, or an error.
extern unsigned char host_e820[64][20];
extern unsigned int host_e820_count;
extern long host_e820_error;

uint64_t host_random(void);
uint64_t host_below(uint64_t n);
// A 64-bit number of any magnitude.
uint64_t host_any(void);
void host_start(int argc, char **argv, unsigned long *factor);
// End with a message that has the case's number.
void host_fail(const char *what) __attribute__((noreturn));
extern unsigned long host_case;

#define MUST(cond)            \
    do {                      \
        if (!(cond))          \
            host_fail(#cond); \
    } while (0)

// The ranges that went in, and the checks of what became of them. Before a case: ranges_reset().
void ranges_reset(void);
void ranges_in(uint64_t start, uint64_t size);
void ranges_check(void);
// Invariants of the whole record after a start.
void record_check(void);

#endif
