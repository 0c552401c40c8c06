// SPDX-License-Identifier: BSD-3-Clause
// The 2-level format: each vCPU has a word of selector bits, each standing for a word of pending
// bits, which all vCPUs share.
#include "internal.h"

#define WORD_BITS (8 * sizeof(xen_ulong_t))

static void bit_set(xen_ulong_t *words, evtchn_t port)
{
    __atomic_fetch_or(&words[port / WORD_BITS], 1UL << (port % WORD_BITS), __ATOMIC_SEQ_CST);
}

static void bit_clear(xen_ulong_t *words, evtchn_t port)
{
    __atomic_fetch_and(&words[port / WORD_BITS], ~(1UL << (port % WORD_BITS)), __ATOMIC_SEQ_CST);
}

static bool bit_test(const xen_ulong_t *words, evtchn_t port)
{
    return READ_ONCE(words[port / WORD_BITS]) >> (port % WORD_BITS) & 1;
}

static int prepare(evtchn_t port)
{
    (void)port;
    return 0;
}

static void mask(evtchn_t port)
{
    bit_set(shared_info->evtchn_mask, port);
}

static bool masked(evtchn_t port)
{
    return bit_test(shared_info->evtchn_mask, port);
}

static bool unmask(evtchn_t port)
{
    // 1. An event that comes while the port is masked sets pending and nothing else.
    // 2. If it comes after the mask is cleared, Xen raises an upcall by itself.
    // 3. If it came before, no upcall will announce it: Xen must be asked to, and does so only for
    //    a port that it unmasks itself. So mask again. Should 2 have happened meanwhile, then
    //    nothing is pending any more, and Xen only unmasks.
    bit_clear(shared_info->evtchn_mask, port);
    if (likely(!bit_test(shared_info->evtchn_pending, port)))
        return true;
    bit_set(shared_info->evtchn_mask, port);
    return false;
}

static bool pending(evtchn_t port)
{
    return bit_test(shared_info->evtchn_pending, port);
}

static void clear(evtchn_t port)
{
    bit_clear(shared_info->evtchn_pending, port);
}

static void scan(struct cpu *cpu)
{
    xen_ulong_t selector =
        __atomic_exchange_n(&cpu_vcpu_info(cpu)->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);

    while (selector) {
        unsigned int word = __builtin_ctzl(selector);
        xen_ulong_t ready;

        selector &= selector - 1;
        // A look at one moment: what comes later sets the selector again.
        ready = READ_ONCE(shared_info->evtchn_pending[word]) &
                ~READ_ONCE(shared_info->evtchn_mask[word]);
        for (; ready; ready &= ready - 1)
            events_deliver(word * WORD_BITS + __builtin_ctzl(ready), cpu);
    }
}

const struct format format_2l = {
    .ports = WORD_BITS * WORD_BITS,
    .prepare = prepare,
    .mask = mask,
    .masked = masked,
    .unmask = unmask,
    .pending = pending,
    .clear = clear,
    .scan = scan,
};
