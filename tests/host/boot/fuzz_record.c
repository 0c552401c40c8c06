// SPDX-License-Identifier: BSD-3-Clause
// fuzz_record FACTOR SEED: the record's own functions. Memory ranges in any order, overlapping and
// at odd places; command lines of any bytes and length; options looked up in them.
#include "host.h"

#include <string.h>

#include "../../../boot/boot.h"

void *boot_virt(paddr_t addr)
{
    return (void *)(uintptr_t)addr;
}

// Few places, so that ranges meet; and any.
static uint64_t place(void)
{
    switch (host_below(4)) {
    case 0: return host_any();
    case 1: return UINT64_MAX - host_below(4 * PAGE_SIZE);
    default: return host_below(200) * (PAGE_SIZE / 2) + (host_below(4) ? 0 : host_below(PAGE_SIZE));
    }
}

static void add(uint64_t start, uint64_t size)
{
    ranges_in(start, size);
    // As the callers do.
    if (size <= UINT64_MAX - start)
        boot_add_ram(start, start + size);
}

static void maps(void)
{
    unsigned int n = host_below(10) ? host_below(12) : host_below(120);
    bool many = host_below(20) == 0;

    memset(&boot_record, 0, sizeof(boot_record));
    ranges_reset();
    for (unsigned int i = 0; i < n; i++) {
        if (many)
            add(host_below(1000) * 3 * PAGE_SIZE, (1 + host_below(2)) * PAGE_SIZE);
        else
            add(place(), host_below(8) ? host_below(40) * (PAGE_SIZE / 2) : host_any());
    }
    ranges_check();
}

// The command line as words between single spaces; the model of boot_option().
static bool has_word(const char *line, const char *word)
{
    size_t len = strlen(word);

    for (;;) {
        size_t n = strcspn(line, " ");

        if (n == len && !memcmp(line, word, len))
            return len > 0;
        if (!line[n] || (n == 2 && !memcmp(line, "--", 2)))
            return false;
        line += n + 1;
    }
}

static void lines(void)
{
    static const char *const words[] = {
        "a", "ab", "halvm.events=2l", "halvm.events=fifo", "halvm.grant=v1", "--", "x y"};
    // Long ones take most of the time.
    size_t size = host_below(12) ? host_below(60) : host_below(2 * BOOT_CMDLINE_MAX);
    // Exactly so long that the sanitizer sees a byte too far.
    char *text = malloc(size ? size : 1);

    memset(&boot_record, 0x55, sizeof(boot_record));
    boot_record.cmdline_truncated = false;
    for (size_t i = 0; i < size;) {
        const char *word = words[host_below(7)];
        size_t len = strlen(word);

        if (host_below(3) == 0 && len <= size - i) {
            memcpy(text + i, word, len);
            i += len;
        } else {
            text[i++] = host_below(2) ? ' ' : host_below(30) ? 'b' : (char)host_random();
        }
    }
    boot_set_cmdline(text, size);

    size_t len = strnlen(text, size), kept = len < BOOT_CMDLINE_MAX ? len : BOOT_CMDLINE_MAX - 1;

    MUST(strlen(boot_info->cmdline) == kept && !memcmp(boot_info->cmdline, text, kept));
    MUST(boot_info->cmdline_truncated == (len >= BOOT_CMDLINE_MAX));
    for (unsigned int i = 0; i < 6; i++)
        MUST(boot_option(words[i]) == has_word(boot_info->cmdline, words[i]));
    free(text);
}

int main(int argc, char **argv)
{
    unsigned long factor;

    host_start(argc, argv, &factor);
    for (host_case = 0; host_case < 1000000 * factor; host_case++) {
        maps();
        lines();
    }
    printf("ok   boot record: %lu memory maps, as many command lines\n", host_case);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
