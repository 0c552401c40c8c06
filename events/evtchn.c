// SPDX-License-Identifier: BSD-3-Clause
// Event channels in the 2-level ABI: a word of selector bits, each standing for a word of pending
// bits.
#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <xen/errno.h>

#define WORD_BITS  (8 * sizeof(xen_ulong_t))
#define NR_PORTS   (WORD_BITS * WORD_BITS)
#define PAGE_SLOTS (PAGE_SIZE / sizeof(struct slot))

struct slot {
    evtchn_handler *fn;
    void *arg;
    unsigned long cpu; // where it is delivered
    unsigned long pad;
};

// Pages of slots, made as ports come into use; most guests use a handful of low ports.
static struct slot first_slots[64];
static struct slot *slot_pages[NR_PORTS / PAGE_SLOTS];
static struct events_stats stats;
static void (*after)(struct trap_frame *frame);

static struct slot *slot_of(evtchn_t port)
{
    struct slot *page;

    if (port < ARRAY_SIZE(first_slots))
        return &first_slots[port];
    page = port < NR_PORTS ? slot_pages[port / PAGE_SLOTS] : NULL;
    return page ? &page[port % PAGE_SLOTS] : NULL;
}

static int slot_set(evtchn_t port, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    struct slot *slot;

    if (port == 0 || port >= NR_PORTS)
        return -XEN_EINVAL;
    slot = slot_of(port);
    if (!slot) {
        struct slot *page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);

        if (!page)
            return -XEN_ENOMEM;
        slot_pages[port / PAGE_SLOTS] = page;
        slot = slot_of(port);
    }
    // The port is masked: the handler is whole before an event can reach it.
    slot->arg = arg;
    slot->cpu = cpu;
    write_release(&slot->fn, fn);
    return 0;
}

static void bit_set_atomic(xen_ulong_t *words, evtchn_t port)
{
    __atomic_fetch_or(&words[port / WORD_BITS], 1UL << (port % WORD_BITS), __ATOMIC_SEQ_CST);
}

static void bit_clear_atomic(xen_ulong_t *words, evtchn_t port)
{
    __atomic_fetch_and(&words[port / WORD_BITS], ~(1UL << (port % WORD_BITS)), __ATOMIC_SEQ_CST);
}

static bool bit_test(const xen_ulong_t *words, evtchn_t port)
{
    return READ_ONCE(words[port / WORD_BITS]) >> (port % WORD_BITS) & 1;
}

void evtchn_mask(evtchn_t port)
{
    if (port < NR_PORTS)
        bit_set_atomic(shared_info->evtchn_mask, port);
}

void evtchn_unmask(evtchn_t port)
{
    struct evtchn_unmask arg = {.port = port};

    if (port >= NR_PORTS)
        return;
    // 1. An event that comes while the port is masked sets pending and nothing else.
    // 2. If it comes after the mask is cleared, Xen raises an upcall by itself.
    // 3. If it came before, no upcall will announce it: Xen must be asked to, and does so only for
    //    a port that it unmasks itself. So mask again. Should 2 have happened meanwhile, then
    //    nothing is pending any more, and Xen only unmasks.
    bit_clear_atomic(shared_info->evtchn_mask, port);
    if (likely(!bit_test(shared_info->evtchn_pending, port)))
        return;
    bit_set_atomic(shared_info->evtchn_mask, port);
    hypercall_event_channel_op(EVTCHNOP_unmask, &arg);
}

bool evtchn_pending(evtchn_t port)
{
    return port < NR_PORTS && bit_test(shared_info->evtchn_pending, port);
}

void evtchn_clear(evtchn_t port)
{
    if (port < NR_PORTS)
        bit_clear_atomic(shared_info->evtchn_pending, port);
}

static int attach(evtchn_t port, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    int rc = slot_set(port, cpu, fn, arg);

    if (!rc)
        evtchn_unmask(port);
    return rc;
}

int evtchn_attach(evtchn_t port, evtchn_handler *fn, void *arg)
{
    return attach(port, 0, fn, arg);
}

static long attach_or_close(evtchn_t port, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    int rc = attach(port, cpu, fn, arg);

    if (rc) {
        evtchn_close(port);
        return rc;
    }
    return port;
}

long evtchn_bind_virq(unsigned int virq, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    struct evtchn_bind_virq op = {.virq = virq, .vcpu = cpu};
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op);

    return rc ? rc : attach_or_close(op.port, cpu, fn, arg);
}

long evtchn_bind_ipi(unsigned int cpu, evtchn_handler *fn, void *arg)
{
    struct evtchn_bind_ipi op = {.vcpu = cpu};
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_ipi, &op);

    return rc ? rc : attach_or_close(op.port, cpu, fn, arg);
}

long evtchn_alloc_unbound(halvm_domid_t remote, evtchn_handler *fn, void *arg)
{
    struct evtchn_alloc_unbound op = {.dom = DOMID_SELF, .remote_dom = remote};
    long rc = hypercall_event_channel_op(EVTCHNOP_alloc_unbound, &op);

    return rc ? rc : attach_or_close(op.port, 0, fn, arg);
}

long evtchn_bind_interdomain(halvm_domid_t remote, evtchn_t remote_port, evtchn_handler *fn,
                             void *arg)
{
    struct evtchn_bind_interdomain op = {.remote_dom = remote, .remote_port = remote_port};
    long rc = hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &op);

    return rc ? rc : attach_or_close(op.local_port, 0, fn, arg);
}

int evtchn_close(evtchn_t port)
{
    struct evtchn_close op = {.port = port};
    struct slot *slot = slot_of(port);

    evtchn_mask(port);
    if (slot)
        write_release(&slot->fn, NULL);
    return hypercall_event_channel_op(EVTCHNOP_close, &op);
}

int evtchn_send(evtchn_t port)
{
    struct evtchn_send op = {.port = port};

    return hypercall_event_channel_op(EVTCHNOP_send, &op);
}

static void deliver(evtchn_t port, unsigned long cpu)
{
    struct slot *slot = slot_of(port);
    evtchn_handler *fn = slot ? read_acquire(&slot->fn) : NULL;

    if (fn && slot->cpu != cpu)
        return; // another vCPU's, which Xen has told
    __atomic_fetch_add(&stats.events, 1, __ATOMIC_RELAXED);
    if (!fn) {
        __atomic_fetch_add(&stats.unwanted, 1, __ATOMIC_RELAXED);
        evtchn_mask(port);
        bit_clear_atomic(shared_info->evtchn_pending, port);
        return;
    }
    // 1. Cleared first: an event that arrives while the handler runs sets the bit again, and the
    // loop or a new upcall finds it.
    // 2. Cleared after, it would be lost, although the handler may have looked too early to see its
    // cause.
    bit_clear_atomic(shared_info->evtchn_pending, port);
    fn(port, slot->arg);
}

void upcall_handler(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();
    struct vcpu_info *vcpu = cpu_vcpu_info(cpu);
    xen_ulong_t selector, ready;

    __atomic_fetch_add(&stats.upcalls, 1, __ATOMIC_RELAXED);
    do {
        WRITE_ONCE(vcpu->evtchn_upcall_pending, 0);
        selector = __atomic_exchange_n(&vcpu->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
        while (selector) {
            unsigned int word = __builtin_ctzl(selector);

            selector &= selector - 1;
            // A look at one moment: what comes later sets the selector again.
            ready = READ_ONCE(shared_info->evtchn_pending[word]) &
                    ~READ_ONCE(shared_info->evtchn_mask[word]);
            for (; ready; ready &= ready - 1)
                deliver(word * WORD_BITS + __builtin_ctzl(ready), cpu->id);
        }
    } while (READ_ONCE(vcpu->evtchn_upcall_pending));
    if (likely(after))
        after(frame);
}

void events_set_after(void (*fn)(struct trap_frame *frame))
{
    after = fn;
}

void events_get_stats(struct events_stats *out)
{
    unsigned long flags = arch_irq_save();

    *out = stats;
    arch_irq_restore(flags);
}

void events_init(void)
{
    int rc;

    // Every port starts masked, whatever the builder left, until somebody attaches a handler.
    memset(shared_info->evtchn_mask, 0xff, sizeof(shared_info->evtchn_mask));
    rc = arch_enable_upcalls();
    if (rc)
        panic("cannot enable event upcalls: error %d", rc);
}
