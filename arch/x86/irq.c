// SPDX-License-Identifier: BSD-3-Clause
// Turning event delivery on and off. PVH has the CPU's flag; PV has a byte in shared memory that
// Xen honours.
#include <arch/arch.h>
#include <arch/hypercall.h>
#include <arch/traps.h>

static struct vcpu_info *this_vcpu(void)
{
    return &shared_info->vcpu_info[0];
}

static unsigned long flags_save_and_disable(void)
{
    unsigned long flags;

    __asm__ volatile("pushf; pop %0; cli" : "=r"(flags)::"memory");
    return flags & 0x200;
}

unsigned long arch_irq_save(void)
{
    unsigned long enabled;

    if (!CONFIG_PV)
        return flags_save_and_disable();
    enabled = !READ_ONCE(this_vcpu()->evtchn_upcall_mask);
    WRITE_ONCE(this_vcpu()->evtchn_upcall_mask, 1);
    barrier();
    return enabled;
}

void arch_irq_enable(void)
{
    if (!CONFIG_PV) {
        __asm__ volatile("sti" ::: "memory");
        return;
    }
    // 1. An event that comes before the mask is cleared sets the pending byte and is not delivered.
    // 2. An event that comes after it is delivered by Xen at once.
    // 3. So looking at the pending byte *after* clearing the mask misses neither; any entry into
    // Xen delivers what is pending.
    barrier();
    WRITE_ONCE(this_vcpu()->evtchn_upcall_mask, 0);
    barrier();
    if (unlikely(READ_ONCE(this_vcpu()->evtchn_upcall_pending)))
        hypercall_2(__HYPERVISOR_xen_version, XENVER_version, 0);
}

void arch_irq_restore(unsigned long state)
{
    if (state)
        arch_irq_enable();
}

bool arch_irqs_enabled(void)
{
    unsigned long flags;

    if (CONFIG_PV)
        return !READ_ONCE(this_vcpu()->evtchn_upcall_mask);
    __asm__ volatile("pushf; pop %0" : "=r"(flags));
    return flags & 0x200;
}

void arch_idle_wait(void)
{
    if (CONFIG_PV) {
        // Clears the mask and blocks in one step, so that no event falls between the two.
        hypercall_sched_op(SCHEDOP_block, NULL);
        WRITE_ONCE(this_vcpu()->evtchn_upcall_mask, 1);
        barrier();
    } else {
        gate_call(GATE_IDLE, 0);
    }
}
