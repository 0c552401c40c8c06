// SPDX-License-Identifier: BSD-3-Clause
// Ports: binding, closing, masking; and which format they are in.
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include "internal.h"

#define FIRST_SLOTS 64
#define PAGE_SLOTS  (PAGE_SIZE / sizeof(struct slot))
#define PAGES       (EVTCHN_FIFO_NR_CHANNELS / PAGE_SLOTS + 1)

const struct format *format = &format_2l;
halvm_domid_t own_domid = DOMID_INVALID;

// Most guests use a handful of low ports; pages of slots are made as others come into use.
static struct slot first_slots[FIRST_SLOTS];
static struct slot **slot_pages;
static struct spinlock slots_lock;
static bool stay_2l; // by command line

struct slot *slot_of(evtchn_t port)
{
    struct slot **pages, *page;

    if (likely(port < FIRST_SLOTS))
        return &first_slots[port];
    pages = read_acquire(&slot_pages);
    if (!pages || port >= format->ports)
        return NULL;
    page = read_acquire(&pages[port / PAGE_SLOTS]);
    return page ? &page[port % PAGE_SLOTS] : NULL;
}

static struct slot *slot_make(evtchn_t port)
{
    struct slot *slot = slot_of(port), *page;
    unsigned long flags;

    if (likely(slot))
        return slot;
    flags = spin_lock(&slots_lock);
    if (!slot_pages)
        write_release(&slot_pages, vm_alloc(PAGES * sizeof(*slot_pages), VM_READ | VM_WRITE));
    if (slot_pages && !slot_pages[port / PAGE_SLOTS]) {
        page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
        write_release(&slot_pages[port / PAGE_SLOTS], page);
    }
    slot = slot_of(port);
    spin_unlock(&slots_lock, flags);
    return slot;
}

// The first port from `port` on that has a slot; format->ports when there is none.
static evtchn_t slot_next(evtchn_t port)
{
    while (port < format->ports && !slot_of(port)) {
        if (!slot_pages)
            return format->ports;
        port = (port / PAGE_SLOTS + 1) * PAGE_SLOTS;
    }
    return port;
}

void port_unmask(evtchn_t port)
{
    struct evtchn_unmask op = {.port = port};

    if (unlikely(!format->unmask(port)))
        hypercall_event_channel_op(EVTCHNOP_unmask, &op);
}

void evtchn_mask(evtchn_t port)
{
    struct slot *slot = slot_of(port);

    if (!slot)
        return;
    format->mask(port);
    if (unlikely(slot->limited))
        storms->owner_masks(slot, true);
}

void evtchn_unmask(evtchn_t port)
{
    struct slot *slot = slot_of(port);

    if (slot && !(unlikely(slot->limited) && storms->owner_masks(slot, false)))
        port_unmask(port);
}

bool evtchn_pending(evtchn_t port)
{
    return port < format->ports && format->pending(port);
}

void evtchn_clear(evtchn_t port)
{
    if (port < format->ports)
        format->clear(port);
}

static int attach(evtchn_t port, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    struct slot *slot;
    int rc;

    if (port == 0 || port >= format->ports)
        return -XEN_EINVAL;
    slot = slot_make(port);
    if (!slot)
        return -XEN_ENOMEM;
    rc = format->prepare(port);
    if (rc)
        return rc;
    // The port is masked: the handler is whole before an event can reach it.
    slot->arg = arg;
    slot->cpu = cpu;
    write_release(&slot->fn, fn);
    port_unmask(port);
    return 0;
}

int evtchn_attach(evtchn_t port, evtchn_handler *fn, void *arg)
{
    return attach(port, 0, fn, arg);
}

// Change to FIFO. No other vCPU runs yet (events_init_cpu()), nor is a handler half-way: this is a
// thread. 0 too if that has been done; -ENOSYS: it stays 2-level, by request or for want of Xen.
static int use_fifo(void)
{
    const struct format *old = format;
    unsigned long flags;
    int rc;

    if (format == &format_fifo)
        return 0;
    if (stay_2l || nr_cpus > 1)
        return -XEN_ENOSYS;
    flags = arch_irq_save();
    rc = fifo_start();
    if (rc) {
        arch_irq_restore(flags);
        return -XEN_ENOSYS;
    }
    format = &format_fifo;
    // What each port had carries over. All that could be lost is an event that Xen did not carry
    // over, so it is made pending once more: twice does no harm.
    for (evtchn_t port = 1; port < old->ports; port = slot_next(port + 1)) {
        if (!slot_of(port)->fn)
            continue;
        rc = format->prepare(port);
        if (rc)
            panic("no memory to change the format of event channels");
        if (old->pending(port))
            fifo_raise(port);
        if (!old->masked(port))
            port_unmask(port);
    }
    arch_irq_restore(flags);
    return 0;
}

// Make a bound port ours, or let it go. Xen is out of 2-level ports when it says that there is no
// space: then the caller's operation is tried once more with more of them.
static long attach_or_close(evtchn_t port, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    int rc = attach(port, cpu, fn, arg);

    if (rc) {
        evtchn_close(port);
        return rc;
    }
    return port;
}

static long bind(int cmd, void *op, const evtchn_port_t *port, unsigned int cpu, evtchn_handler *fn,
                 void *arg)
{
    long rc = hypercall_event_channel_op(cmd, op);

    if (rc == -XEN_ENOSPC && format != &format_fifo && !use_fifo())
        rc = hypercall_event_channel_op(cmd, op);
    return rc ? rc : attach_or_close(*port, cpu, fn, arg);
}

long evtchn_bind_virq(unsigned int virq, unsigned int cpu, evtchn_handler *fn, void *arg)
{
    struct evtchn_bind_virq op = {.virq = virq, .vcpu = cpu};

    return bind(EVTCHNOP_bind_virq, &op, &op.port, cpu, fn, arg);
}

long evtchn_bind_ipi(unsigned int cpu, evtchn_handler *fn, void *arg)
{
    struct evtchn_bind_ipi op = {.vcpu = cpu};

    return bind(EVTCHNOP_bind_ipi, &op, &op.port, cpu, fn, arg);
}

long evtchn_alloc_unbound(halvm_domid_t remote, evtchn_handler *fn, void *arg)
{
    struct evtchn_alloc_unbound op = {.dom = DOMID_SELF, .remote_dom = remote};

    return bind(EVTCHNOP_alloc_unbound, &op, &op.port, 0, fn, arg);
}

long evtchn_bind_interdomain(halvm_domid_t remote, evtchn_t remote_port, evtchn_handler *fn,
                             void *arg)
{
    struct evtchn_bind_interdomain op = {.remote_dom = remote, .remote_port = remote_port};

    return bind(EVTCHNOP_bind_interdomain, &op, &op.local_port, 0, fn, arg);
}

int evtchn_close(evtchn_t port)
{
    struct evtchn_close op = {.port = port};
    struct slot *slot = slot_of(port);

    if (slot) {
        format->mask(port);
        write_release(&slot->fn, NULL);
        slot_wait_idle(slot);
        if (slot->limited)
            storms->forget(port, slot);
    }
    return hypercall_event_channel_op(EVTCHNOP_close, &op);
}

int evtchn_bind_cpu(evtchn_t port, unsigned int cpu)
{
    struct evtchn_bind_vcpu op = {.port = port, .vcpu = cpu};
    struct slot *slot = slot_of(port);
    bool masked;
    int rc;

    if (!slot || cpu >= CPUS_MAX || !cpus[cpu])
        return -XEN_EINVAL;
    // 1. Masked, so that Xen announces no event to either vCPU until both sides agree.
    // 2. What has been announced to the old one is left by it (2-level) or handled there (FIFO).
    // 3. What is pending when it is unmasked is announced to the new one.
    masked = format->masked(port);
    format->mask(port);
    rc = hypercall_event_channel_op(EVTCHNOP_bind_vcpu, &op);
    if (!rc)
        WRITE_ONCE(slot->cpu, cpu);
    if (!masked)
        port_unmask(port);
    return rc;
}

int evtchn_set_priority(evtchn_t port, unsigned int priority)
{
    struct evtchn_set_priority op = {.port = port, .priority = priority};
    int rc = use_fifo();

    return rc ? rc : (int)hypercall_event_channel_op(EVTCHNOP_set_priority, &op);
}

int evtchn_send(evtchn_t port)
{
    struct evtchn_send op = {.port = port};

    return hypercall_event_channel_op(EVTCHNOP_send, &op);
}

void events_get_stats(struct events_stats *out)
{
    *out = (struct events_stats){
        .fifo = format == &format_fifo,
        .ports = format->ports,
        .holding = storms ? storms->holding() : 0,
    };
    for (unsigned int i = 0; i < nr_cpus; i++) {
        const struct cpu_stats *s = &events_cpu_stats[i];

        out->upcalls += s->upcalls;
        out->events += s->events;
        out->unwanted += s->unwanted;
        out->held += s->held;
    }
}

void events_init(void)
{
    // First, for under PVH this also tells Xen the word size of the bits in the shared page.
    int rc = arch_enable_upcalls();

    if (rc)
        panic("cannot enable event upcalls: error %d", rc);
    // Every port starts masked, whatever the builder left, until somebody attaches a handler.
    memset(shared_info->evtchn_mask, 0xff, sizeof(shared_info->evtchn_mask));
    stay_2l = boot_option("halvm.events=2l");
    if (boot_option("halvm.events=fifo") && use_fifo())
        printk("events: Xen offers no FIFO format; using 2-level\n");
}

int events_init_cpu(unsigned int cpu)
{
    // Now or never: later several vCPUs would have to change at one moment.
    if (cpu >= CPUS_MAX)
        return -XEN_EINVAL;
    return use_fifo() ? 0 : fifo_init_cpu(cpu);
}

int events_resume(void)
{
    for (evtchn_t port = 1; port < format->ports; port = slot_next(port + 1)) {
        if (slot_of(port)->limited)
            storms->forget(port, slot_of(port));
        *slot_of(port) = (struct slot){0};
    }
    own_domid = DOMID_INVALID;
    memset(shared_info->evtchn_mask, 0xff, sizeof(shared_info->evtchn_mask));
    arch_enable_upcalls();
    return format == &format_fifo ? fifo_resume() : 0;
}
