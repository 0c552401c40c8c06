// SPDX-License-Identifier: BSD-3-Clause
// Ports that fire without work (a peer that is broken, or means harm) are held: masked for a while,
// longer each time. While any is held, a tick comes every millisecond; otherwise none.
#include <halvm/console.h>
#include "internal.h"

#define LEVEL_MAX 10 // 2^10 ticks: a second

static struct spinlock lock;
static evtchn_t first_held; // 0: none
static unsigned int holding;

static unsigned int storms_holding(void)
{
    return READ_ONCE(holding);
}

static void tick(void);

static void storm_hold(evtchn_t port, struct slot *slot)
{
    unsigned long flags;
    bool first;

    slot->idle = 0;
    if (!events_arm_ticker)
        return;
    flags = spin_lock(&lock);
    if (slot->ticks) {
        spin_unlock(&lock, flags);
        return;
    }
    // 1. An owner who masks the port first sets the mask and then looks whether it is held.
    // 2. So either it is seen here as masked, or the owner sees that it is held.
    __atomic_store_n(&slot->ticks, 1u << slot->level, __ATOMIC_SEQ_CST);
    slot->owner_masked = format->masked(port);
    format->mask(port);
    first = !slot->reported;
    slot->reported = true;
    if (slot->level < LEVEL_MAX)
        slot->level++;
    slot->next = first_held;
    first_held = port;
    if (++holding == 1)
        events_arm_ticker(tick);
    spin_unlock(&lock, flags);
    if (first)
        printk("events: port %u (%s) fires without work; slowed\n", port, slot->name);
}

static bool storm_owner_masks(struct slot *slot, bool mask)
{
    unsigned long flags;
    bool held;

    mb();
    if (likely(!READ_ONCE(slot->ticks)))
        return false;
    flags = spin_lock(&lock);
    held = slot->ticks != 0;
    slot->owner_masked = mask;
    spin_unlock(&lock, flags);
    return held;
}

static void unlink_held(evtchn_t port)
{
    evtchn_t *link = &first_held;

    while (*link != port)
        link = &slot_of(*link)->next;
    *link = slot_of(port)->next;
    holding--;
}

static void storm_forget(evtchn_t port, struct slot *slot)
{
    unsigned long flags = spin_lock(&lock);

    if (slot->ticks)
        unlink_held(port);
    slot->ticks = slot->idle = slot->level = 0;
    slot->limited = slot->reported = false;
    spin_unlock(&lock, flags);
}

static void tick(void)
{
    unsigned long flags = spin_lock(&lock);
    evtchn_t port = first_held;

    while (port) {
        struct slot *slot = slot_of(port);
        evtchn_t next = slot->next;

        if (--slot->ticks == 0) {
            unlink_held(port);
            if (!slot->owner_masked)
                port_unmask(port);
        }
        port = next;
    }
    if (first_held)
        events_arm_ticker(tick);
    spin_unlock(&lock, flags);
}

static const struct storm_ops ops = {storm_hold, storm_owner_masks, storm_forget, storms_holding};

void evtchn_limit(evtchn_t port, const char *name)
{
    struct slot *slot = slot_of(port);

    if (!slot)
        return;
    write_release(&storms, &ops);
    slot->name = name;
    slot->idle = 0;
    write_release(&slot->limited, true);
}

void evtchn_worked(evtchn_t port)
{
    struct slot *slot = slot_of(port);

    if (slot && READ_ONCE(slot->limited)) {
        WRITE_ONCE(slot->idle, 0);
        WRITE_ONCE(slot->level, 0);
    }
}
