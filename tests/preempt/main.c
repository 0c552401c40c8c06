// SPDX-License-Identifier: BSD-3-Clause
// Threads that never give way share the vCPU fairly, and each finds its general, vector and x87
// registers and its flags as it left them, although it was interrupted between any two
// instructions. (tests/preempt-smp: and went on on another vCPU.)
#include <arch/config.h>
#include <halvm/events.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "preemption keeps every register";

#define WORKERS 4
#define RUN_NS  (1500 * 1000000ULL)

static volatile bool stop;
static volatile unsigned long rounds[WORKERS];
static unsigned int spoiled;

#if CONFIG_64BIT
// Load 13 general and 16 vector registers, MXCSR's rounding mode and the x87 stack with values made
// of seed, stay a while, compare.
static bool registers_hold(uint64_t seed)
{
    uint64_t bad = 0, x87_in = seed & 0xffff, x87_out = 0;
    uint32_t mxcsr_old, mxcsr_new;

    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr_old));
    mxcsr_new = (mxcsr_old & ~0x6000u) | (seed & 3) << 13;
    __asm__ volatile(
        "ldmxcsr %[mx]\n\t"
        "fildq %[xin]\n\t"
        "movq %[seed], %%xmm0\n\t"
        "pshufd $0x44, %%xmm0, %%xmm0\n\t"
        "movdqa %%xmm0, %%xmm1\n\tmovdqa %%xmm0, %%xmm7\n\tmovdqa %%xmm0, %%xmm15\n\t"
        "mov %[seed], %%rax\n\tmov %%rax, %%rcx\n\tmov %%rax, %%rdx\n\tmov %%rax, %%rsi\n\t"
        "mov %%rax, %%rdi\n\tmov %%rax, %%r8\n\tmov %%rax, %%r9\n\tmov %%rax, %%r10\n\t"
        "mov %%rax, %%r11\n\tmov %%rax, %%r13\n\tmov %%rax, %%r14\n\t"
        "mov $2000, %%r12d\n"
        "1: dec %%r12d\n\tjnz 1b\n\t"
        "xor %%rax, %%rcx\n\txor %%rax, %%rdx\n\txor %%rax, %%rsi\n\txor %%rax, %%rdi\n\t"
        "xor %%rax, %%r8\n\txor %%rax, %%r9\n\txor %%rax, %%r10\n\txor %%rax, %%r11\n\t"
        "xor %%rax, %%r13\n\txor %%rax, %%r14\n\t"
        "or %%rdx, %%rcx\n\tor %%rsi, %%rcx\n\tor %%rdi, %%rcx\n\tor %%r8, %%rcx\n\t"
        "or %%r9, %%rcx\n\tor %%r10, %%rcx\n\tor %%r11, %%rcx\n\tor %%r13, %%rcx\n\tor %%r14, "
        "%%rcx\n\t"
        "pxor %%xmm0, %%xmm1\n\tpxor %%xmm0, %%xmm7\n\tpxor %%xmm0, %%xmm15\n\t"
        "por %%xmm7, %%xmm1\n\tpor %%xmm15, %%xmm1\n\tmovq %%xmm1, %%rdx\n\tor %%rdx, %%rcx\n\t"
        "movq %%xmm0, %%rdx\n\txor %%rax, %%rdx\n\tor %%rdx, %%rcx\n\t"
        "mov %%rcx, %[bad]\n\t"
        "fistpq %[xout]\n\t"
        : [bad] "=m"(bad), [xout] "=m"(x87_out)
        : [seed] "m"(seed), [xin] "m"(x87_in), [mx] "m"(mxcsr_new)
        : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "xmm0",
          "xmm1", "xmm7", "xmm15", "cc", "memory");
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr_new));
    if ((mxcsr_new & 0x6000) != ((seed & 3) << 13))
        bad |= 1;
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr_old));
    return !bad && x87_out == x87_in;
}

#else
// Load 6 general and 8 vector registers, and the rest the same.
static bool registers_hold(uint64_t seed)
{
    uint64_t bad = 0, x87_in = seed & 0xffff, x87_out = 0;
    uint32_t mxcsr_old, mxcsr_new;

    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr_old));
    mxcsr_new = (mxcsr_old & ~0x6000u) | (seed & 3) << 13;
    __asm__ volatile(
        "ldmxcsr %[mx]\n\t"
        "fildq %[xin]\n\t"
        "movq %[seed], %%xmm0\n\t"
        "pshufd $0x44, %%xmm0, %%xmm0\n\t"
        "movdqa %%xmm0, %%xmm1\n\tmovdqa %%xmm0, %%xmm4\n\tmovdqa %%xmm0, %%xmm7\n\t"
        "mov %[seed], %%eax\n\tmov %%eax, %%ecx\n\tmov %%eax, %%edx\n\tmov %%eax, %%esi\n\t"
        "mov %%eax, %%edi\n\t"
        "mov $2000, %%ebx\n"
        "1: dec %%ebx\n\tjnz 1b\n\t"
        "xor %%eax, %%ecx\n\txor %%eax, %%edx\n\txor %%eax, %%esi\n\txor %%eax, %%edi\n\t"
        "or %%edx, %%ecx\n\tor %%esi, %%ecx\n\tor %%edi, %%ecx\n\t"
        "xor %[seed], %%eax\n\tor %%eax, %%ecx\n\t"
        "pxor %%xmm0, %%xmm1\n\tpxor %%xmm0, %%xmm4\n\tpxor %%xmm0, %%xmm7\n\t"
        "por %%xmm7, %%xmm1\n\tpor %%xmm4, %%xmm1\n\t"
        "movq %[seed], %%xmm4\n\tpshufd $0x44, %%xmm4, %%xmm4\n\tpxor %%xmm4, %%xmm0\n\t"
        "por %%xmm0, %%xmm1\n\tpacksswb %%xmm1, %%xmm1\n\tmovq %%xmm1, %[bad]\n\t"
        "or %%ecx, %[bad]\n\t"
        "fistpq %[xout]\n\t"
        : [bad] "=m"(bad), [xout] "=m"(x87_out)
        : [seed] "m"(seed), [xin] "m"(x87_in), [mx] "m"(mxcsr_new)
        : "eax", "ebx", "ecx", "edx", "esi", "edi", "xmm0", "xmm1", "xmm4", "xmm7", "cc", "memory");
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr_new));
    if ((mxcsr_new & 0x6000) != ((seed & 3) << 13))
        bad |= 1;
    __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr_old));
    return !bad && x87_out == x87_in;
}
#endif

static void *spin(void *arg)
{
    uintptr_t me = (uintptr_t)arg;
    uint64_t seed = me + 1;

    while (!stop) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        if (!registers_hold(seed))
            __atomic_add_fetch(&spoiled, 1, __ATOMIC_SEQ_CST);
        rounds[me]++;
    }
    return NULL;
}

static void tick(struct timer *t)
{
    timer_start(t, time_monotonic() + 200000); // 5 kHz on top of the scheduler's own
}

void test_main(void)
{
    static struct timer timer = {.fn = tick};
    struct thread *t[WORKERS];
    struct events_stats before, after;
    unsigned long least = ~0UL, most = 0;

    events_get_stats(&before);
    timer_start(&timer, 0);
    for (uintptr_t i = 0; i < WORKERS; i++)
        CHECK_EQ(thread_create(&t[i], spin, (void *)i, NULL), 0);
    thread_sleep_until(time_monotonic() + RUN_NS);
    stop = true;
    timer_stop(&timer);
    for (int i = 0; i < WORKERS; i++)
        thread_join(t[i], NULL);
    events_get_stats(&after);
    for (int i = 0; i < WORKERS; i++) {
        least = rounds[i] < least ? rounds[i] : least;
        most = rounds[i] > most ? rounds[i] : most;
    }
    printk("%lu to %lu rounds, %lu upcalls\n", least, most,
           (unsigned long)(after.upcalls - before.upcalls));
    CHECK_EQ(spoiled, 0);
    CHECK(after.upcalls - before.upcalls > 100);
    // On several vCPUs somebody has one for itself.
    CHECK(least > 0 && (sched_cpus() > 1 || most < 2 * least + 1000));
}
