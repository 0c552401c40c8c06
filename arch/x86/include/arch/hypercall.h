// SPDX-License-Identifier: BSD-3-Clause
// Hypercalls, without a hypercall page (Xen: docs/guest-guide/x86/hypercall-abi.rst). Return what
// Xen returns: >= 0, or -errno in Linux numbering. Any context. In a thread of 64-bit PV the same
// instruction goes through the kernel side's gate, which passes it on (entry_64.S).
#ifndef ARCH_HYPERCALL_H
#define ARCH_HYPERCALL_H

#include <arch/arch.h>
#include <xen/callback.h>
#include <xen/event_channel.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

long hypercall(unsigned long a1, unsigned long a2, unsigned long a3, unsigned long a4,
               unsigned long a5, unsigned int nr);

// The kernel side's other services (arch/traps.h, GATE_*). Threads only. Returns what the service
// says it does.
unsigned long gate_call(unsigned int number, unsigned long arg);

static inline long hypercall_1(unsigned int nr, unsigned long a1)
{
    return hypercall(a1, 0, 0, 0, 0, nr);
}

static inline long hypercall_2(unsigned int nr, unsigned long a1, unsigned long a2)
{
    return hypercall(a1, a2, 0, 0, 0, nr);
}

static inline long hypercall_4(unsigned int nr, unsigned long a1, unsigned long a2,
                               unsigned long a3, unsigned long a4)
{
    return hypercall(a1, a2, a3, a4, 0, nr);
}

static inline long hypercall_event_channel_op(int cmd, void *arg)
{
    return hypercall_2(__HYPERVISOR_event_channel_op, cmd, (unsigned long)arg);
}

static inline long hypercall_sched_op(int cmd, void *arg)
{
    return hypercall_2(__HYPERVISOR_sched_op, cmd, (unsigned long)arg);
}

static inline long hypercall_memory_op(int cmd, void *arg)
{
    return hypercall_2(__HYPERVISOR_memory_op, cmd, (unsigned long)arg);
}

// deadline: Xen system time in nanoseconds; 0 stops the timer.
static inline long hypercall_set_timer(uint64_t deadline)
{
    if (CONFIG_64BIT)
        return hypercall_1(__HYPERVISOR_set_timer_op, deadline);
    return hypercall_2(__HYPERVISOR_set_timer_op, deadline, deadline >> 32);
}

// 64-bit arguments take two registers each in 32-bit code.
static inline long hypercall_update_va_mapping(void *va, uint64_t entry, unsigned long flags)
{
    if (CONFIG_64BIT)
        return hypercall_4(__HYPERVISOR_update_va_mapping, (unsigned long)va, entry, flags, 0);
    return hypercall_4(__HYPERVISOR_update_va_mapping, (unsigned long)va, entry, entry >> 32,
                       flags);
}

static inline long hypercall_update_descriptor(maddr_t where, uint64_t descriptor)
{
    if (CONFIG_64BIT)
        return hypercall_2(__HYPERVISOR_update_descriptor, where, descriptor);
    return hypercall_4(__HYPERVISOR_update_descriptor, where, where >> 32, descriptor,
                       descriptor >> 32);
}

static inline long hypercall_mmu_update(struct mmu_update *req, unsigned int count)
{
    return hypercall_4(__HYPERVISOR_mmu_update, (unsigned long)req, count, 0, DOMID_SELF);
}

static inline long hypercall_mmuext_op(struct mmuext_op *op, unsigned int count)
{
    return hypercall_4(__HYPERVISOR_mmuext_op, (unsigned long)op, count, 0, DOMID_SELF);
}

#endif
