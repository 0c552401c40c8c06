// SPDX-License-Identifier: BSD-3-Clause
#include "host.h"

#include <stdarg.h>
#include <string.h>

#include <arch/hypercall.h>
#include <halvm/power.h>

jmp_buf host_way_out;
char host_panic[200];
uint64_t host_hvm_param[64];
unsigned char host_e820[64][20];
unsigned int host_e820_count;
long host_e820_error;
unsigned long host_case;
static uint64_t state = 1;

// ---- Randomness and reports ----

uint64_t host_random(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dULL;
}

uint64_t host_below(uint64_t n)
{
    return host_random() % n;
}

uint64_t host_any(void)
{
    uint64_t value = host_random() >> host_below(64);

    return host_below(4) ? value : -value;
}

void host_start(int argc, char **argv, unsigned long *factor)
{
    *factor = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    state = (argc > 2 ? strtoul(argv[2], NULL, 10) : 1) * 0x9e3779b97f4a7c15ULL | 1;
}

void host_fail(const char *what)
{
    printf("FAILED case %lu: %s\n", host_case, what);
    for (unsigned int i = 0; i < boot_info->nr_ram; i++)
        printf("  ram %llx-%llx\n", (unsigned long long)boot_info->ram[i].start,
               (unsigned long long)boot_info->ram[i].end);
    printf("0 passed, 1 failed, 0 skipped\n");
    exit(1);
}

// ---- The rooms above, and Xen ----

void kernel_main(void)
{
    longjmp(host_way_out, CAME_OUT_STARTED);
}

void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(host_panic, sizeof(host_panic), fmt, ap);
    va_end(ap);
    longjmp(host_way_out, CAME_OUT_PANIC);
}

void arch_early_init(maddr_t start_info_shared, mfn_t root)
{
    (void)start_info_shared;
    (void)root;
}

long hypercall(unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
               unsigned long a5, unsigned int nr)
{
    (void)a3;
    (void)a4;
    (void)a5;
    if (nr == __HYPERVISOR_hvm_op && a1 == HVMOP_get_param) {
        struct xen_hvm_param *p = (void *)a2;

        MUST(p->domid == DOMID_SELF && p->index < 64);
        p->value = host_hvm_param[p->index];
        return 0;
    }
    MUST(nr == __HYPERVISOR_memory_op && a1 == XENMEM_memory_map);
    struct xen_memory_map *arg = (void *)a2;
    if (arg->nr_entries > host_e820_count)
        arg->nr_entries = host_e820_count;
    memcpy(arg->buffer.p, host_e820, (size_t)arg->nr_entries * sizeof(host_e820[0]));
    return host_e820_error;
}

// ---- A model of the memory map: intervals of whole pages, sorted and merged ----

#define RANGES_MAX 8192

static struct boot_range in[RANGES_MAX];
static unsigned int nr_in;

void ranges_reset(void)
{
    nr_in = 0;
}

void ranges_in(uint64_t start, uint64_t size)
{
    uint64_t end = start + size;

    if (end < start || start > UINT64_MAX - PAGE_SIZE)
        return;
    start = (start + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    end = end / PAGE_SIZE * PAGE_SIZE;
    if (start < end) {
        MUST(nr_in < RANGES_MAX);
        in[nr_in++] = (struct boot_range){start, end};
    }
}

static int by_start(const void *a, const void *b)
{
    const struct boot_range *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static uint64_t merge(void)
{
    unsigned int n = 0;
    uint64_t sum = 0;

    qsort(in, nr_in, sizeof(in[0]), by_start);
    for (unsigned int i = 0; i < nr_in; i++) {
        if (n && in[i].start <= in[n - 1].end) {
            if (in[i].end > in[n - 1].end)
                in[n - 1].end = in[i].end;
        } else {
            in[n++] = in[i];
        }
    }
    nr_in = n;
    for (unsigned int i = 0; i < n; i++)
        sum += in[i].end - in[i].start;
    return sum;
}

void ranges_check(void)
{
    const struct boot_info *b = boot_info;
    uint64_t whole = merge(), sum = 0;
    unsigned int j = 0;

    MUST(b->nr_ram <= BOOT_RAM_MAX);
    for (unsigned int i = 0; i < b->nr_ram; i++) {
        struct boot_range r = b->ram[i];

        MUST(r.start % PAGE_SIZE == 0 && r.end % PAGE_SIZE == 0 && r.start < r.end);
        // Ranges that touch are one.
        MUST(i == 0 || r.start > b->ram[i - 1].end);
        // Nothing is RAM that was not said to be.
        while (j < nr_in && in[j].end < r.end)
            j++;
        MUST(j < nr_in && in[j].start <= r.start && r.end <= in[j].end);
        sum += r.end - r.start;
    }
    // Nothing is lost without being counted.
    if (b->ram_dropped)
        MUST(whole - sum <= b->ram_dropped);
    else
        MUST(sum == whole && b->nr_ram == nr_in);
}

void record_check(void)
{
    const struct boot_info *b = boot_info;

    MUST(memchr(b->cmdline, 0, sizeof(b->cmdline)));
    MUST(!b->cmdline_truncated || strlen(b->cmdline) == BOOT_CMDLINE_MAX - 1);
    MUST(b->nr_ram > 0);
    MUST(b->used_start < b->used_end && b->used_end <= b->mapped_end);
    MUST(b->mapped_end % PAGE_SIZE == 0);
    MUST(b->mapped_end <= b->ram[b->nr_ram - 1].end);
    if (b->ramdisk) {
        uint64_t start = (uintptr_t)b->ramdisk - (uintptr_t)boot_virt(0);

        MUST(start >= b->used_start && start <= b->used_end);
        MUST(b->ramdisk_size <= b->used_end - start);
    } else {
        MUST(!b->ramdisk_size);
    }
}
