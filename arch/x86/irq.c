// SPDX-License-Identifier: BSD-3-Clause
// Turning event delivery on and off. PVH has the CPU's flag; PV has a byte in shared memory that
// Xen honours.
#include <arch/arch.h>
#include <arch/cpu.h>
#include <arch/hypercall.h>
#include <arch/traps.h>

// PV: this vCPU's two bytes, each read or written in one instruction. A thread that is moved to
// another vCPU between two of them does no harm: it is moved only while its mask is clear, on
// either vCPU.
#define VCPU_FIELD(field) (CPU_SIZE + offsetof(struct vcpu_info, field))

static void mask_write(uint8_t value)
{
    __asm__ volatile("movb %0, %%" CPU_SEGMENT_ASM ":%c1" ::"q"(value),
                     "i"(VCPU_FIELD(evtchn_upcall_mask))
                     : "memory");
}

static uint8_t mask_read(void)
{
    uint8_t value;

    __asm__ volatile("movb %%" CPU_SEGMENT_ASM ":%c1, %0"
                     : "=q"(value)
                     : "i"(VCPU_FIELD(evtchn_upcall_mask))
                     : "memory");
    return value;
}

static uint8_t pending_read(void)
{
    uint8_t value;

    __asm__ volatile("movb %%" CPU_SEGMENT_ASM ":%c1, %0"
                     : "=q"(value)
                     : "i"(VCPU_FIELD(evtchn_upcall_pending))
                     : "memory");
    return value;
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
    enabled = !mask_read();
    mask_write(1);
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
    mask_write(0);
    if (unlikely(pending_read()))
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
        return !mask_read();
    __asm__ volatile("pushf; pop %0" : "=r"(flags));
    return flags & 0x200;
}

void arch_idle_wait(void)
{
    if (CONFIG_PV) {
        // Clears the mask and blocks in one step, so that no event falls between the two.
        hypercall_sched_op(SCHEDOP_block, NULL);
        mask_write(1);
    } else {
        gate_call(GATE_IDLE, 0);
    }
}
