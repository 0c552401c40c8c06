// SPDX-License-Identifier: BSD-3-Clause
// Static thread-local storage (ELF Handling For Thread-Local Storage, variant II; x86-64 psABI,
// section 3.4.6): the variables lie below the thread pointer (%fs, in 32 bits %gs), which points to
// itself; the stack protector's canary lies at a fixed place above it.
#include <halvm/random.h>
#include "internal.h"

struct tcb {
    struct tcb *self;    // %fs:0x00, %gs:0x00
    uintptr_t unused[4]; // where glibc keeps what our libc does not have
    uintptr_t canary;    // %fs:0x28, %gs:0x14
};
_Static_assert(offsetof(struct tcb, canary) == (CONFIG_64BIT ? 0x28 : 0x14), "where GCC looks");

extern char tls_start[], tls_data_end[], tls_end[];

#define TLS_ALIGN 16 // the linker script asserts that nothing wants more

static uintptr_t canary_make(void)
{
    static uintptr_t canary;

    // The low byte is 0, so that a string function cannot copy past it.
    if (!canary)
        canary = random_word() & ~(uintptr_t)0xff;
    return canary;
}

uintptr_t tls_create(struct thread *t, bool variables)
{
    size_t size = variables ? ROUND_UP((uintptr_t)tls_end - (uintptr_t)tls_start, TLS_ALIGN) : 0;
    size_t data = variables ? (uintptr_t)tls_data_end - (uintptr_t)tls_start : 0;
    struct tcb *tcb;
    char *block;

    // Between the record and the stack's first word; the other end of the stack belongs to the
    // guard page.
    block = (char *)t - ROUND_UP(size + sizeof(struct tcb), 64);
    tcb = (struct tcb *)(block + size);
    memcpy(block, tls_start, data);
    memset(block + data, 0, size - data);
    *tcb = (struct tcb){.self = tcb, .canary = canary_make()};
    t->tls = block;
    return (uintptr_t)tcb;
}
