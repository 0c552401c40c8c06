// SPDX-License-Identifier: BSD-3-Clause
// Entropy: AMD64 APM volume 3, RDRAND; Intel's "Digital Random Number Generator Software
// Implementation Guide", section 5.2.
#include <arch/hypercall.h>
#include <arch/spinlock.h>
#include <halvm/random.h>

#define RETRIES       10 // in a row that fail: the unit is broken, says the guide
#define JITTER_ROUNDS 48

enum { UNKNOWN, NONE, RDRAND };
static struct spinlock lock; // of what follows
static uint8_t kind;
static uint64_t state; // a counter; what is returned is a hash of it

// Whether the instruction is there is found out by trying: where it is not, trap_dispatch() goes on
// behind it, and *ok stays 0. Asking CPUID would cost each PVH guest an exit at boot, and the
// answer can be wrong after a migration. (RDSEED could feed a generator in software, which this is
// not.)
__attribute__((noinline, noclone)) static unsigned long rdrand_once(unsigned char *ok)
{
    unsigned long word = 0;

    *ok = 0;
    __asm__ volatile(".globl arch_rdrand\n"
                     "arch_rdrand: rdrand %0\n"
                     "setc %1\n"
                     ".globl arch_rdrand_absent\n"
                     "arch_rdrand_absent:"
                     : "+r"(word), "+m"(*ok)::"cc");
    return word;
}

static bool rdrand(unsigned long *out)
{
    unsigned char ok = 0;

    for (unsigned int i = 0; i < RETRIES && !ok; i++)
        *out = rdrand_once(&ok);
    return ok;
}

// Processors are known whose unit says the same for ever once they have slept.
static bool rdrand_works(void)
{
    unsigned long a, b;

    return rdrand(&a) && rdrand(&b) && a != b;
}

// The finalizer of SplitMix64 (Steele, Lea, Flood, 2014): each bit of the result depends on each
// bit of x.
static uint64_t hash(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

// How long Xen takes to do nothing varies with caches, interrupts and the other guests. A round is
// worth a bit or so on a real machine, and nothing on a deterministic one.
static void stir_timing(void)
{
    for (unsigned int i = 0; i < JITTER_ROUNDS; i++) {
        hypercall_2(__HYPERVISOR_xen_version, XENVER_version, 0);
        state = hash(state ^ arch_rdtsc());
    }
}

static void start(void)
{
    if (rdrand_works()) {
        kind = RDRAND;
    } else {
        stir_timing();
        kind = NONE;
    }
}

bool random_is_hardware(void)
{
    unsigned long flags = spin_lock(&lock);
    bool hardware;

    if (kind == UNKNOWN)
        start();
    hardware = kind == RDRAND;
    spin_unlock(&lock, flags);
    return hardware;
}

unsigned long random_word(void)
{
    unsigned long flags = spin_lock(&lock), word = 0;

    if (kind == UNKNOWN)
        start();
    // A unit that stopped working is no better than none.
    if (kind == RDRAND && !rdrand(&word)) {
        stir_timing();
        kind = NONE;
    }
    state += 0x9e3779b97f4a7c15ULL;
    word ^= (unsigned long)hash(state);
    spin_unlock(&lock, flags);
    return word;
}

unsigned long random_below(unsigned long n)
{
    // Words below `odd` would make small results more likely.
    unsigned long odd = -n % n, word;

    do {
        word = random_word();
    } while (word < odd);
    return word % n;
}
