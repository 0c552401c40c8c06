// SPDX-License-Identifier: BSD-3-Clause
// Registering with Xen under PV what PVH puts into descriptor tables (Xen:
// docs/guest-guide/x86/pv-traps.rst, callback.h).
#include <arch/arch.h>
#include <arch/desc.h>
#include <arch/hypercall.h>
#include <arch/traps.h>
#include <halvm/power.h>
#include "internal.h"

#define TRAP_DPL_USER    3 // `int3` and `into` are for threads to use
#define TRAP_MASK_EVENTS 4

extern const char trap_stubs[];
void syscall_gate(void);

// An iret that Xen could not carry out (a bad selector or address in the frame). Nothing is left to
// continue.
static const char failsafe_reason[] = "Xen could not return to the interrupted context";

static void failsafe_entry(void)
{
    panic("%s", failsafe_reason);
}

static uintptr_t stub(unsigned int vector)
{
    return (uintptr_t)trap_stubs + vector * TRAP_STUB_SIZE;
}

// A bare address in 64-bit code, where the segment is known.
static xen_callback_t callback_address(uintptr_t entry)
{
#if CONFIG_64BIT
    return entry;
#else
    return (xen_callback_t){.cs = FLAT_KERNEL_CS, .eip = entry};
#endif
}

static void register_callback(unsigned int type, uintptr_t entry)
{
    struct callback_register cb = {
        .type = type,
        .flags = CALLBACKF_mask_events,
        .address = callback_address(entry),
    };
    long rc = hypercall_2(__HYPERVISOR_callback_op, CALLBACKOP_register, (unsigned long)&cb);

    if (rc)
        panic("CALLBACKOP_register(%u): error %ld", type, rc);
}

static bool vector_exists(unsigned int v)
{
    return v <= 19 || v == 21;
}

static struct trap_info trap_info(unsigned int v)
{
    return (struct trap_info){
        .vector = v,
        .flags = TRAP_MASK_EVENTS | (v == 3 || v == 4 ? TRAP_DPL_USER : 0),
        .cs = FLAT_KERNEL_CS,
        .address = stub(v),
    };
}

// 32-bit: how threads enter the gate. 64-bit code has a callback for that.
static struct trap_info gate_info(void)
{
    return (struct trap_info){
        .vector = VECTOR_GATE,
        .flags = TRAP_MASK_EVENTS | TRAP_DPL_USER,
        .cs = FLAT_KERNEL_CS,
        .address = (uintptr_t)syscall_gate,
    };
}

void pv_traps_init(void)
{
    struct trap_info table[VECTOR_UPCALL + 2];
    unsigned int n = 0;
    long rc;

    for (unsigned int v = 0; v < VECTOR_UPCALL; v++) {
        if (vector_exists(v))
            table[n++] = trap_info(v);
    }
    if (!CONFIG_64BIT)
        table[n++] = gate_info();
    table[n] = (struct trap_info){0};
    rc = hypercall_1(__HYPERVISOR_set_trap_table, (unsigned long)table);
    if (rc)
        panic("set_trap_table: error %ld", rc);

    register_callback(CALLBACKTYPE_event, stub(VECTOR_UPCALL));
    register_callback(CALLBACKTYPE_failsafe, (uintptr_t)failsafe_entry);
    if (CONFIG_64BIT)
        register_callback(CALLBACKTYPE_syscall, (uintptr_t)syscall_gate);

    // Where Xen enters from a thread: upcalls, traps and the gate. Events are masked throughout, so
    // one level of each is the most.
    rc = hypercall_2(__HYPERVISOR_stack_switch, FLAT_KERNEL_SS, (unsigned long)this_cpu());
    if (rc)
        panic("stack_switch: error %ld", rc);
}

void pv_traps_fill(struct vcpu_guest_context *ctx, struct cpu *cpu)
{
    for (unsigned int v = 0; v < VECTOR_UPCALL; v++) {
        if (vector_exists(v))
            ctx->trap_ctxt[v] = trap_info(v); // by vector here, in a list above
    }
    ctx->event_callback_eip = stub(VECTOR_UPCALL);
    ctx->failsafe_callback_eip = (uintptr_t)failsafe_entry;
#if CONFIG_64BIT
    ctx->syscall_callback_eip = (uintptr_t)syscall_gate;
#else
    ctx->trap_ctxt[VECTOR_GATE] = gate_info();
    ctx->event_callback_cs = ctx->failsafe_callback_cs = FLAT_KERNEL_CS;
#endif
    ctx->flags |= VGCF_failsafe_disables_events | VGCF_syscall_disables_events;
    ctx->kernel_ss = FLAT_KERNEL_SS;
    ctx->kernel_sp = (uintptr_t)cpu;
}
