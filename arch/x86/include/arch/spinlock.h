// SPDX-License-Identifier: BSD-3-Clause
// Spinlocks, with this vCPU's interrupts off while one is held: handlers use the same data. Any
// context. Short sections; a holder never sleeps. Zeroes are a free lock.
#ifndef ARCH_SPINLOCK_H
#define ARCH_SPINLOCK_H

#include <arch/arch.h>

struct spinlock {
    unsigned int held;
};

// A panic has stopped the other vCPUs: nobody waits for a lock any more.
extern bool spin_no_more;

// The slow path of spin_take(): wait until it looks free. False when it is not worth waiting.
bool spin_wait(struct spinlock *l);

// With interrupts off already.
static inline bool spin_try(struct spinlock *l)
{
    return !__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_take(struct spinlock *l)
{
    while (unlikely(!spin_try(l))) {
        if (!spin_wait(l))
            break;
    }
}

static inline void spin_drop(struct spinlock *l)
{
    __atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

// Returns the interrupt state before, for spin_unlock().
static inline unsigned long spin_lock(struct spinlock *l)
{
    unsigned long flags = arch_irq_save();

    spin_take(l);
    return flags;
}

static inline void spin_unlock(struct spinlock *l, unsigned long flags)
{
    spin_drop(l);
    arch_irq_restore(flags);
}

#endif
