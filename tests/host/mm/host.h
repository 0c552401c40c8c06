// SPDX-License-Identifier: BSD-3-Clause
// What mm/'s pure parts need of the rooms below them, played on the host.
#ifndef HOST_H
#define HOST_H

#include <halvm/boot.h>
#include <halvm/types.h>

// Forget the memory map; RAM is then what host_ram() says. Frames below mapped_end can be written
// from the start, the others after pt_map_direct().
void host_reset(paddr_t mapped_end, paddr_t used_start, paddr_t used_end);
void host_ram(paddr_t start, paddr_t end);
// Fill the frame, if it can be written.
void host_scribble(pfn_t pfn);
// Pages of the memory that plays RAM which were ever touched.
size_t host_touched(void);
// Let one in n calls of pt_map_direct() run out of memory half way. 0: none.
extern unsigned int host_map_failures;

// xorshift: the same sequence on every host.
extern uint64_t host_seed;
uint64_t host_random(void);

#define FAIL(...) host_fail(__FILE__, __LINE__, __VA_ARGS__)
void host_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), noreturn));
#define CHECK(cond)            \
    do {                       \
        if (!(cond))           \
            FAIL("%s", #cond); \
    } while (0)

// Run a test in a process of its own, for the rooms keep static state. Prints when it fails.
void host_test(const char *name, void (*fn)(void));
// The same for one that must end in panic().
void host_test_panics(const char *name, void (*fn)(void));
int host_summary(void);

void test_frames(unsigned int factor);
void test_space(unsigned int factor);

#endif
