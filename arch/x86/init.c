// SPDX-License-Identifier: BSD-3-Clause
// Bringing the processor side up, in either protocol.
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/layout.h>
#include <arch/p2m.h>
#include <arch/traps.h>
#include <halvm/power.h>
#include "internal.h"

struct shared_info *shared_info;
mfn_t *pv_p2m;
pfn_t pv_p2m_size;
pte_t *arch_root_table;
pfn_t arch_root_pfn;
bool hypercall_is_vmcall; // Intel's instruction rather than AMD's

static void map_shared_info_pv(maddr_t addr)
{
    long rc = hypercall_update_va_mapping(
        boot_cpu_area.shared, addr | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_NX, UVMF_INVLPG);

    if (rc)
        panic("cannot map the shared info page: error %ld", rc);
    shared_info = (struct shared_info *)boot_cpu_area.shared;
}

// In place of a frame of RAM it would cost twice what the rest of a start does: Xen would take the
// large page around it apart. So it goes where no RAM is, and the first vCPU's vcpu_info, like all
// others', behind its struct cpu.
static void map_shared_info_pvh(void)
{
    struct xen_add_to_physmap xatp = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_shared_info,
        .gpfn = PVH_SHARED_INFO >> PAGE_SHIFT,
    };
    long rc = hypercall_memory_op(XENMEM_add_to_physmap, &xatp);

    if (!rc)
        rc = arch_cpu_register_info(this_cpu(), (uintptr_t)boot_cpu_area.shared >> PAGE_SHIFT);
    if (rc)
        panic("cannot map the shared info page: error %ld", rc);
    shared_info = (struct shared_info *)PVH_SHARED_INFO;
}

void map_shared_info(maddr_t addr)
{
    if (CONFIG_PV)
        map_shared_info_pv(addr);
    else
        map_shared_info_pvh();
}

// Threads' page tables are the kernel side's: one address space (docs/abi.md).
static void share_root_with_user_mode(mfn_t root)
{
    struct mmuext_op op = {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = root};
    long rc = hypercall_mmuext_op(&op, 1);

    if (rc)
        panic("MMUEXT_NEW_USER_BASEPTR: error %ld", rc);
}

bool cpu_is_intel(void)
{
    uint32_t eax = 0, ebx, ecx, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return !(ebx == 0x68747541 || ebx == 0x6f677948); // "Auth"enticAMD, "Hygo"nGenuine
}

void arch_early_init(maddr_t start_info_shared, mfn_t root)
{
    if (CONFIG_PV) {
        cpu_init_boot();
        map_shared_info(start_info_shared);
        pv_traps_init();
        if (CONFIG_64BIT)
            share_root_with_user_mode(root);
    } else {
        hypercall_is_vmcall = cpu_is_intel();
        cpu_init_boot();
        desc_init_boot();
        map_shared_info(0);
    }
}

int arch_enable_upcalls(void)
{
    // Delivered like an interrupt of that vector on whatever vCPU has the event pending; needs no
    // local APIC, no acknowledgement.
    struct xen_hvm_param p = {
        .domid = DOMID_SELF,
        .index = HVM_PARAM_CALLBACK_IRQ,
        .value = (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 | VECTOR_UPCALL,
    };

    if (CONFIG_PV)
        return 0;
    return hypercall_2(__HYPERVISOR_hvm_op, HVMOP_set_param, (unsigned long)&p);
}
