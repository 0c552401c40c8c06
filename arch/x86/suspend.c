// SPDX-License-Identifier: BSD-3-Clause
// The processor's part of suspending the guest, and of waking up as another domain. What Xen and
// the toolstack keep for a vCPU they restore: registers, traps and callbacks (PV), descriptor
// tables and MSRs (PVH).
#include <arch/arch.h>
#include <arch/hypercall.h>
#include <arch/p2m.h>
#include <arch/traps.h>
#include "internal.h"

extern char image_start[];

// PV: what is mapped at the shared page's place must be a frame of our own when page tables are
// saved. It is the one that was there before Xen's, and says that events are masked.
static void shared_page_take_off(void)
{
    pfn_t pfn = ((uintptr_t)shared_info - (uintptr_t)image_start) >> PAGE_SHIFT;

    // In a new domain each vCPU begins with the vcpu_info of the shared page, until it is told of
    // its own again.
    for (unsigned int i = 1; i < nr_cpus; i++)
        shared_info->vcpu_info[i].evtchn_upcall_mask = 1;
    map_shared_info((maddr_t)pfn_to_mfn(pfn) << PAGE_SHIFT);
    this_vcpu_info()->evtchn_upcall_mask = 1;
}

bool arch_suspend(mfn_t start_record)
{
    struct sched_shutdown arg = {.reason = SHUTDOWN_suspend};

    if (CONFIG_HVM && !CONFIG_64BIT)
        return gate_call(GATE_SUSPEND, (unsigned long)&arg);
    if (CONFIG_PV)
        shared_page_take_off();
    // PV: the toolstack finds the start record by the register of the third argument.
    return hypercall(SCHEDOP_shutdown, (unsigned long)&arg, start_record, 0, 0,
                     __HYPERVISOR_sched_op);
}

void arch_resume_cpu(void)
{
    if (CONFIG_HVM && !CONFIG_64BIT)
        desc32_reload_task();
}

void arch_resume(maddr_t shared_page, bool cancelled)
{
    if (CONFIG_PV || !cancelled)
        map_shared_info(shared_page);
    if (CONFIG_HVM)
        hypercall_is_vmcall = cpu_is_intel(); // it may be another host
}
