// SPDX-License-Identifier: BSD-3-Clause
#define _GNU_SOURCE
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arch/hypercall.h>
#include <halvm/console.h>
#include <halvm/power.h>
#include "../../../mm/internal.h"

#define STATUS_PANIC 3
#define HOST_RAM     (80UL << 30)

uintptr_t host_direct_base;
static char *boot_base; // the same frames, at the address that the builder would have mapped
static struct boot_info info;
const struct boot_info *const boot_info = &info;
static uint8_t *direct_mapped; // a byte a frame
unsigned int host_map_failures;
uint64_t host_seed = 1;

static void *space(size_t len)
{
    void *p =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    // Pages are counted one by one.
    madvise(p, len, MADV_NOHUGEPAGE);
    return p;
}

void host_reset(paddr_t mapped_end, paddr_t used_start, paddr_t used_end)
{
    memset(&info, 0, sizeof(info));
    info.mapped_end = mapped_end;
    info.used_start = used_start;
    info.used_end = used_end;
    boot_base = space(HOST_RAM);
    host_direct_base = (uintptr_t)space(HOST_RAM);
    direct_mapped = space(HOST_RAM >> PAGE_SHIFT);
}

void host_ram(paddr_t start, paddr_t end)
{
    info.ram[info.nr_ram++] = (struct boot_range){start, end};
}

void *boot_virt(paddr_t addr)
{
    return boot_base + addr;
}

// As the kernel's does: a frame in reach at boot has no other mapping.
size_t pt_map_direct(pfn_t pfn, size_t n)
{
    size_t i, stop = n;

    if (host_map_failures && host_random() % host_map_failures == 0)
        stop = host_random() % (n + 1);
    for (i = 0; i < n; i++) {
        if (pfn + i < info.mapped_end >> PAGE_SHIFT)
            continue;
        if (i >= stop)
            break;
        direct_mapped[pfn + i] = 1;
    }
    return i;
}

void host_scribble(pfn_t pfn)
{
    if (pfn < info.mapped_end >> PAGE_SHIFT || direct_mapped[pfn])
        memset(frame_virt(pfn), 0xa5, PAGE_SIZE);
}

static bool inside(uintptr_t at, const char *base)
{
    return at - (uintptr_t)base < HOST_RAM;
}

size_t host_touched(void)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[256];
    size_t kib, sum = 0;
    bool ours = false;

    while (fgets(line, sizeof(line), f)) {
        uintptr_t start, end;

        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            ours = inside(start, boot_base) || inside(start, (char *)host_direct_base);
        if (ours && sscanf(line, "Rss: %zu kB", &kib) == 1)
            sum += kib / 4;
    }
    fclose(f);
    return sum;
}

uint64_t host_random(void)
{
    host_seed ^= host_seed << 13;
    host_seed ^= host_seed >> 7;
    host_seed ^= host_seed << 17;
    return host_seed;
}

// ---- The rooms below ----

unsigned long arch_irq_save(void)
{
    return 1;
}

void arch_irq_restore(unsigned long state)
{
    (void)state;
}

bool spin_wait(struct spinlock *l)
{
    (void)l;
    FAIL("the lock is taken twice");
    return false;
}

struct spinlock mm_spinlock;

// XENMEM_current_reservation alone comes here: Xen has memory for all of the map.
long hypercall(unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
               unsigned long a5, unsigned int nr)
{
    (void)a2;
    (void)a3;
    (void)a4;
    (void)a5;
    CHECK(nr == __HYPERVISOR_memory_op && a1 == XENMEM_current_reservation);
    return HOST_RAM >> PAGE_SHIFT;
}

void printk(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    printf("panic: ");
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
    fflush(stdout);
    _exit(STATUS_PANIC);
}

// ---- Tests ----

static unsigned int passed, failed;

void host_fail(const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    printf("%s:%d: ", file, line);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
    fflush(stdout);
    _exit(1);
}

static int run(void (*fn)(void))
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        fn();
        fflush(stdout);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void count(const char *name, int status, int right)
{
    if (status != right)
        printf("FAILED  %s (status %d)\n", name, status);
    failed += status != right;
    passed += status == right;
}

void host_test(const char *name, void (*fn)(void))
{
    count(name, run(fn), 0);
}

void host_test_panics(const char *name, void (*fn)(void))
{
    count(name, run(fn), STATUS_PANIC);
}

int host_summary(void)
{
    printf("%u passed, %u failed, 0 skipped\n", passed, failed);
    return failed != 0;
}
