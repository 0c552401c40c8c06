// SPDX-License-Identifier: BSD-3-Clause
// What cannot be guessed: words from the generator, the stack protector's canary, and the places of
// the heap, of threads' stacks and of what is on them. With `halvm.aslr=off` the places are the
// same at each boot, and the rest stays random. The script compares the line `layout:` of two
// guests.
#include <sys/random.h>
#include <string.h>
#include <arch/config.h>
#include <arch/layout.h>
#include <halvm/boot.h>
#include <halvm/mm.h>
#include <halvm/random.h>
#include <halvm/sched.h>
#include "../common/test.h"

const char test_title[] = "randomness, and where things lie";

#define WORDS   4096
#define THREADS 64

static unsigned long words[WORDS];

static unsigned long canary(void)
{
    unsigned long value;

#if CONFIG_64BIT
    __asm__("mov %%fs:0x28, %0" : "=r"(value));
#else
    __asm__("mov %%gs:0x14, %0" : "=r"(value));
#endif
    return value;
}

static void test_words(void)
{
    size_t ones = 0, bits = WORDS * sizeof(long) * 8;

    for (size_t i = 0; i < WORDS; i++) {
        words[i] = random_word();
        ones += __builtin_popcountl(words[i]);
        for (size_t j = 0; j < i && sizeof(long) == 8; j++)
            CHECK(words[i] != words[j]);
    }
    // 6 standard deviations on either side.
    CHECK(ones > bits / 2 - 6 * 256 && ones < bits / 2 + 6 * 256);
    for (unsigned int i = 0; i < 1000; i++)
        CHECK(random_below(7) < 7);
    CHECK_EQ(random_below(1), 0);
    printk("words from %s\n", random_is_hardware() ? "RDRAND" : "timing");
}

static void test_libc(void)
{
    unsigned char a[100] = {0}, b[100] = {0};

    if (!random_is_hardware()) {
        CHECK_EQ(getrandom(a, sizeof(a), 0), -1);
        return;
    }
    CHECK_EQ(getrandom(a, sizeof(a), 0), sizeof(a));
    CHECK_EQ(getrandom(b, sizeof(b), 0), sizeof(b));
    CHECK(memcmp(a, b, sizeof(a)));
    CHECK(memcmp(a + 50, b, 50));
}

static void *where(void *arg)
{
    (void)arg;
    return __builtin_frame_address(0);
}

// Offsets of the first frame inside the stack: not all the same. The mappings are of one size, and
// each is used again when the thread has ended.
static void test_stacks(bool off)
{
    uintptr_t first = 0;
    size_t others = 0;

    for (unsigned int i = 0; i < THREADS; i++) {
        struct thread *t;
        void *at;

        CHECK_EQ(thread_create(&t, where, NULL, NULL), 0);
        CHECK_EQ(thread_join(t, &at), 0);
        if (i == 0)
            first = (uintptr_t)at;
        others += (uintptr_t)at != first;
    }
    if (off)
        CHECK_EQ(others, 0);
    else
        CHECK(others > THREADS / 2);
}

void test_main(void)
{
    bool off = boot_option("halvm.aslr=off");
    size_t large = CONFIG_64BIT ? 1UL << 30 : 64UL << 20;
    void *small, *heap, *local = __builtin_frame_address(0);

    // Before threads of the runtime start, which would take addresses earlier or later.
    CHECK_EQ(vm_reserve(PAGE_SIZE, PAGE_SIZE, VM_ANYWHERE, &small), 0);
    CHECK_EQ(vm_reserve(large, PAGE_SIZE, VM_ANYWHERE, &heap), 0);
    if (off)
        CHECK((uintptr_t)small - VM_BASE < (CONFIG_64BIT ? 1ULL << 40 : 1ULL << 26));
    printk("layout: %lx %lx %lx canary: %lx\n", (unsigned long)small >> PAGE_SHIFT,
           (unsigned long)heap >> PAGE_SHIFT, (unsigned long)local, canary());
    CHECK_EQ(vm_release(small, PAGE_SIZE), 0);
    CHECK_EQ(vm_release(heap, large), 0);
    test_words();
    test_libc();
    test_stacks(off);
    CHECK(canary() != 0);
    CHECK_EQ(canary() & 0xff, 0);
}
