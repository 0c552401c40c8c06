// SPDX-License-Identifier: BSD-3-Clause
// From an upcall to handlers, whatever the format.
#include "internal.h"

// A handler's state: IDLE, or RUNNING and the vCPU it runs on, with AGAIN when it is to be called
// once more.
#define IDLE    0
#define RUNNING 0x40
#define AGAIN   0x80
_Static_assert(CPUS_MAX <= RUNNING, "a vCPU's number fits");

static void (*after)(struct trap_frame *frame);
static void (*first)(void);
struct cpu_stats events_cpu_stats[CPUS_MAX];
const struct storm_ops *storms;
void (*events_arm_ticker)(void (*tick)(void));

static bool state_change(struct slot *slot, uint8_t from, uint8_t to)
{
    return __atomic_compare_exchange_n(&slot->state, &from, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

// The handler may be running already: on the vCPU where the port was bound before, or below us,
// since QEMU sometimes delivers an upcall twice (docs/abi.md). Then whoever runs it runs it once
// more. Whether we become the one to run it.
static bool run_begin(struct slot *slot, uint8_t running)
{
    while (!state_change(slot, IDLE, running)) {
        uint8_t seen = READ_ONCE(slot->state);

        if ((seen & AGAIN) || (seen != IDLE && state_change(slot, seen, seen | AGAIN)))
            return false;
    }
    return true;
}

static void run(evtchn_t port, struct slot *slot, struct cpu *cpu)
{
    uint8_t running = RUNNING | cpu->id;

    if (unlikely(!run_begin(slot, running)))
        return;
    do {
        // Read after the state is set: slot_wait_idle() relies on it.
        evtchn_handler *fn = read_acquire(&slot->fn);

        if (likely(fn != NULL))
            fn(port, slot->arg);
        // A restore makes all slots idle, while a vCPU may have been stopped in here.
    } while (unlikely(!state_change(slot, running, IDLE)) &&
             state_change(slot, running | AGAIN, running));
}

void slot_wait_idle(struct slot *slot)
{
    // 1. The handler is NULL now. Whoever sets RUNNING after this look finds that.
    // 2. Whoever set it before may have found the handler, and is waited for,
    // 3. unless that is our own caller.
    mb();
    for (;;) {
        unsigned long flags = arch_irq_save();
        uint8_t state = READ_ONCE(slot->state);
        bool over = state == IDLE || (state & ~AGAIN) == (RUNNING | this_cpu()->id);

        arch_irq_restore(flags);
        if (over)
            return;
        arch_pause();
    }
}

void events_deliver(evtchn_t port, struct cpu *cpu)
{
    struct slot *slot = slot_of(port);
    struct cpu_stats *stats = &events_cpu_stats[cpu->id];

    if (unlikely(!slot || !READ_ONCE(slot->fn))) {
        stats->unwanted++;
        format->mask(port);
        format->clear(port);
        return;
    }
    if (unlikely(slot->cpu != cpu->id && !format->own_queues))
        return; // Xen has told the vCPU whose it is
    stats->events++;
    // 1. Cleared first: an event that arrives while the handler runs makes it pending again, and
    //    the loop or a new upcall finds it.
    // 2. Cleared after, it would be lost, although the handler may have looked too early to see its
    //    cause.
    format->clear(port);
    if (unlikely(slot->limited) && ++slot->idle >= EVENTS_STORM) {
        stats->held++;
        storms->hold(port, slot);
    }
    run(port, slot, cpu);
}

void events_on_first(void (*fn)(void))
{
    write_release(&first, fn);
}

void events_first(void)
{
    void (*fn)(void) = __atomic_exchange_n(&first, NULL, __ATOMIC_SEQ_CST);

    if (fn)
        fn();
}

void upcall_handler(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();
    struct vcpu_info *vcpu = cpu_vcpu_info(cpu);

    events_cpu_stats[cpu->id].upcalls++;
    do {
        WRITE_ONCE(vcpu->evtchn_upcall_pending, 0);
        format->scan(cpu); // begins with an atomic exchange: it looks after that is written
    } while (READ_ONCE(vcpu->evtchn_upcall_pending));
    if (unlikely(READ_ONCE(first)))
        events_first();
    if (likely(after))
        after(frame);
}

void events_set_ticker(void (*arm)(void (*tick)(void)))
{
    events_arm_ticker = arm;
}

void events_set_after(void (*fn)(struct trap_frame *frame))
{
    after = fn;
}
