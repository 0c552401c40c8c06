// SPDX-License-Identifier: BSD-3-Clause
// The 128 bytes below the stack pointer are a leaf function's to use (x86-64 psABI, section 3.2.2),
// and stock archives do. Keeps values there through 10^8 iterations while timer upcalls arrive at 1
// kHz, and finds them intact.
#include <arch/config.h>
#include <halvm/events.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "the red zone holds under 1 kHz of upcalls";

#if CONFIG_64BIT
#define ITERATIONS 100000000UL
#define CHUNK      1000000UL
#define TICKS \
    3000 // an emulated machine may not keep up with 1 kHz: then the test goes on until as many came
#define PERIOD 1000000ULL

static unsigned long ticks;

static void tick(struct timer *t)
{
    ticks++;
    timer_start(t, t->deadline + PERIOD > time_monotonic() ? t->deadline + PERIOD
                                                           : time_monotonic() + PERIOD);
}

// All 16 words below %rsp hold seed + their index; each iteration checks one of them and the whole
// zone is summed now and then. No calls, no pushes: only an upcall could write there. Returns what
// was wrong, or'ed together.
static uint64_t torture(uint64_t iterations, uint64_t seed)
{
    uint64_t wrong;

    __asm__ volatile("xor %%eax, %%eax\n\t"
                     "mov %[seed], %%rdx\n\t"
                     ".irp i,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n\t"
                     "mov %%rdx, -8*\\i(%%rsp)\n\t"
                     ".endr\n"
                     "1:\n\t"
                     ".irp i,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n\t"
                     "mov -8*\\i(%%rsp), %%rsi\n\t"
                     "xor %%rdx, %%rsi\n\t"
                     "or %%rsi, %%rax\n\t"
                     ".endr\n\t"
                     "add %[step], %%rdx\n\t"
                     ".irp i,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n\t"
                     "mov %%rdx, -8*\\i(%%rsp)\n\t"
                     ".endr\n\t"
                     "dec %[n]\n\t"
                     "jnz 1b\n\t"
                     : "=&a"(wrong), [n] "+r"(iterations)
                     : [seed] "r"(seed), [step] "r"(0x9e3779b97f4a7c15)
                     : "rdx", "rsi", "cc", "memory");
    return wrong;
}

void test_main(void)
{
    static struct timer timer = {.fn = tick};
    struct events_stats before, after;
    ns_t start = time_monotonic(), end;
    uint64_t wrong = 0, done = 0;

    events_get_stats(&before);
    timer_start(&timer, start + PERIOD);
    do {
        wrong |= torture(CHUNK, 0x0123456789abcdef);
        done += CHUNK;
    } while (done < ITERATIONS || ticks < TICKS);
    timer_stop(&timer);
    end = time_monotonic();
    events_get_stats(&after);
    printk("%lu iterations, %lu upcalls, %lu ms\n", (unsigned long)done,
           (unsigned long)(after.upcalls - before.upcalls),
           (unsigned long)((end - start) / 1000000));
    if (wrong)
        test_failure("the red zone was written to: %lx", (unsigned long)wrong);
}
#else
void test_main(void)
{
    test_skip("32-bit code has no red zone");
}
#endif
