// SPDX-License-Identifier: BSD-3-Clause
// A guest for testing the lab itself: 32-bit PVH, no paging. Its command line says what it does:
//   say N      prints N bytes that run through all values, then powers off
//   exit N     prints "halvm: exit N" and powers off
//   echo       prints its console input back up to the first newline, then powers off
//   reason N   asks Xen for shutdown reason N
//   rest       leaves a line in the console ring without telling the console daemon
//   spin | idle | triple | quiet
#include <stddef.h>
#include <stdint.h>

#define NOTE_PHYS32_ENTRY 18
enum { CALL_SCHED = 29, CALL_EVENT = 32, CALL_HVM = 34 };
enum { SCHED_YIELD = 0, SCHED_BLOCK = 1, SCHED_SHUTDOWN = 2, EVENT_SEND = 4, HVM_GET_PARAM = 1 };
enum { PARAM_CONSOLE_PFN = 17, PARAM_CONSOLE_EVENT = 18, DOMID_SELF = 0x7FF0 };
enum { IN_SIZE = 1024, OUT_SIZE = 2048, REASON_POWEROFF = 0 };

struct start_info {
    uint32_t magic, version, flags, nr_modules;
    uint64_t modules, cmdline;
};

struct console_ring {
    char in[IN_SIZE];
    char out[OUT_SIZE];
    uint32_t in_cons, in_prod, out_cons, out_prod;
};

static volatile struct console_ring *ring;
static uint32_t console_event;

__asm__(".section .note.Xen,\"a\"\n"
        ".long 4, 4, 18\n"
        ".asciz \"Xen\"\n"
        ".long entry\n"
        ".text\n"
        ".globl entry\n"
        "entry:\n"
        "cld\n"
        "mov $stack_top, %esp\n"
        "push %ebx\n"
        "call run\n"
        "ud2\n"
        ".bss\n"
        ".space 8192\n"
        "stack_top:\n"
        ".text\n");

static int32_t call2(uint32_t number, uint32_t one, const volatile void *two)
{
    int32_t result;

    __asm__ volatile("vmmcall"
                     : "=a"(result), "+b"(one)
                     : "a"(number), "c"(two)
                     : "memory", "edx", "esi", "edi");
    return result;
}

static uint64_t param_get(uint32_t index)
{
    struct {
        uint16_t domid, pad;
        uint32_t index;
        uint64_t value;
    } __attribute__((packed)) request = {DOMID_SELF, 0, index, 0};

    call2(CALL_HVM, HVM_GET_PARAM, &request);
    return request.value;
}

static void shut_down(uint32_t reason)
{
    call2(CALL_SCHED, SCHED_SHUTDOWN, &reason);
}

static void console_notify(void)
{
    call2(CALL_EVENT, EVENT_SEND, &console_event);
}

static void put(uint8_t byte)
{
    while (ring->out_prod - ring->out_cons >= OUT_SIZE)
        console_notify();
    ring->out[ring->out_prod % OUT_SIZE] = (char)byte;
    __asm__ volatile("" ::: "memory");
    ring->out_prod = ring->out_prod + 1;
}

static void put_text(const char *text)
{
    while (*text)
        put((uint8_t)*text++);
}

static uint8_t get(void)
{
    while (ring->in_prod == ring->in_cons)
        call2(CALL_SCHED, SCHED_YIELD, NULL);
    uint8_t byte = (uint8_t)ring->in[ring->in_cons % IN_SIZE];
    ring->in_cons = ring->in_cons + 1;
    console_notify();
    return byte;
}

// Whether the command line starts with `word`; *number is what follows it.
static int asked(const char *line, const char *word, uint32_t *number)
{
    while (*word)
        if (*line++ != *word++)
            return 0;
    *number = 0;
    while (*line == ' ')
        line++;
    while (*line >= '0' && *line <= '9')
        *number = *number * 10 + (uint32_t)(*line++ - '0');
    return 1;
}

__attribute__((used)) void run(const struct start_info *start);

void run(const struct start_info *start)
{
    const char *line = (const char *)(uintptr_t)start->cmdline;
    uint32_t number;

    ring = (volatile struct console_ring *)(uintptr_t)(param_get(PARAM_CONSOLE_PFN) << 12);
    console_event = (uint32_t)param_get(PARAM_CONSOLE_EVENT);
    if (asked(line, "say", &number)) {
        for (uint32_t i = 0; i < number; i++)
            put((uint8_t)(i ^ i >> 8));
        console_notify();
    } else if (asked(line, "exit", &number)) {
        put_text("about to exit\nhalvm: exit ");
        if (number > 9)
            put((uint8_t)('0' + number / 10 % 10));
        put((uint8_t)('0' + number % 10));
        put_text("\n");
        console_notify();
    } else if (asked(line, "echo", &number)) {
        uint8_t byte;
        do {
            byte = get();
            put(byte);
        } while (byte != '\n');
        console_notify();
    } else if (asked(line, "reason", &number)) {
        put_text("asking for a shutdown\n");
        console_notify();
        shut_down(number);
    } else if (asked(line, "rest", &number)) {
        put_text("nobody was told\n");
    } else if (asked(line, "spin", &number)) {
        put_text("spinning\n");
        console_notify();
        for (;;)
            __asm__ volatile("pause");
    } else if (asked(line, "idle", &number)) {
        for (;;)
            call2(CALL_SCHED, SCHED_BLOCK, NULL);
    } else if (asked(line, "triple", &number)) {
        static const uint8_t no_table[6];
        __asm__ volatile("lidt %0; ud2" : : "m"(no_table));
    }
    shut_down(REASON_POWEROFF);
}
