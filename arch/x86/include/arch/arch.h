// SPDX-License-Identifier: BSD-3-Clause
// What the rooms above may ask of the processor.
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <arch/config.h>
#include <arch/frame.h>
#include <arch/xen.h>
#include <halvm/types.h>

// Xen's shared page, mapped by arch_early_init().
extern struct shared_info *shared_info;

// Descriptor tables, trap and upcall entry, shared page. Before anything that can fault is done.
// start_info_shared is the machine address of the shared page and root the frame of the top page
// table under PV; both are unused under PVH.
void arch_early_init(maddr_t start_info_shared, mfn_t root);
// Events may come in from now on (they stay masked until arch_irq_enable()), and Xen lays the
// shared page out in words of our size. Returns 0 or Xen's error.
int arch_enable_upcalls(void);

// Suspending (xenbus/suspend.c has the whole sequence). On vCPU 0, alone, interrupts off. Stop
// until the toolstack lets us go on: false in a new domain, true when it was cancelled.
// start_record is PV's. Then, before the shared page is touched again, which includes turning
// interrupts on: arch_resume() with that page's machine address (PV).
bool arch_suspend(mfn_t start_record);
void arch_resume(maddr_t shared_page, bool cancelled);
// On each of the other vCPUs, in the interrupt handler in which it waited.
void arch_resume_cpu(void);

// Interrupts (event upcalls) of this vCPU. Any context.
unsigned long arch_irq_save(void);          // off; returns the state before
void arch_irq_restore(unsigned long state); // back to that state, delivering what came in meanwhile
void arch_irq_enable(void);
bool arch_irqs_enabled(void);
// With interrupts off and by a thread: sleep until an event is pending, with interrupts on; off
// again on return.
void arch_idle_wait(void);

// Threads. entry(arg) starts on the given stack with interrupts off (it runs arch_irq_enable()
// itself) and must not return.
void arch_context_init(struct arch_context *ctx, uintptr_t stack_top, uintptr_t fs_base,
                       void (*entry)(void *), void *arg);
// The base of %fs, where thread-local storage hangs. Interrupts off. Costs a hypercall under PV
// when it changes.
void arch_set_fs_base(uintptr_t base);
// PVH: forget cached translations, all or one page's.
void arch_tlb_flush(void);
void arch_tlb_flush_page(uintptr_t va);
// From a thread with interrupts off, %fs already next's: save into prev, continue next. Returns
// when prev is continued.
void arch_context_switch(struct arch_context *prev, struct arch_context *next);
// From the end of an upcall that interrupted a thread: save the interrupted state into prev and let
// the upcall's return continue next instead.
void arch_context_switch_on_return(struct trap_frame *frame, struct arch_context *prev,
                                   struct arch_context *next);
// Leave the boot stack for a first thread.
void arch_context_start(struct arch_context *next) __attribute__((noreturn));
// Did this frame interrupt a thread (rather than the kernel side)?
bool arch_frame_is_thread(const struct trap_frame *frame);

// Frame-pointer walk from (rip, rbp): up to max return addresses, innermost first; reads only
// inside [low, high).
unsigned int arch_backtrace(uintptr_t rip, uintptr_t rbp, uintptr_t low, uintptr_t high,
                            uintptr_t *out, unsigned int max);
void arch_print_frame(const struct trap_frame *frame);
const char *arch_vector_name(unsigned int vector);

// The upcall and trap handlers, in the rooms above (events/ and console/).
void upcall_handler(struct trap_frame *frame);
void nmi_handler(struct trap_frame *frame);
void trap_panic(struct trap_frame *frame, uintptr_t fault_address) __attribute__((noreturn));

static inline uint64_t arch_rdtsc(void)
{
    uint32_t lo, hi;

    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return ((uint64_t)hi << 32) | lo;
}

// If *p is *expected, make it value; else make *expected what it is. For 64-bit words that several
// vCPUs change: 32-bit code has no other access that is whole, and GCC none in general registers.
static inline bool arch_cas64(uint64_t *p, uint64_t *expected, uint64_t value)
{
#if CONFIG_64BIT
    return __atomic_compare_exchange_n(p, expected, value, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
#else
    bool same;

    __asm__ volatile("lock cmpxchg8b %1"
                     : "=@ccz"(same), "+m"(*p), "+A"(*expected)
                     : "b"((uint32_t)value), "c"((uint32_t)(value >> 32))
                     : "memory");
    return same;
#endif
}

static inline void arch_add64(uint64_t *p, uint64_t n)
{
    uint64_t old = *p; // in two halves perhaps: then the first try fails

    while (!arch_cas64(p, &old, old + n))
        continue;
}

// The word must be writable all the same.
static inline uint64_t arch_load64(const uint64_t *p)
{
    uint64_t value = 0;

#if CONFIG_64BIT
    value = __atomic_load_n(p, __ATOMIC_ACQUIRE);
#else
    arch_cas64((uint64_t *)p, &value, 0);
#endif
    return value;
}

static inline void arch_pause(void)
{
    __asm__ volatile("pause" ::: "memory");
}

#define barrier()           __asm__ volatile("" ::: "memory")
#define mb()                __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb()               barrier() // loads are ordered with loads on x86
#define wmb()               barrier() // stores are ordered with stores on x86
#define read_acquire(p)     __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define write_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif
