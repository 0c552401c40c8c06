// SPDX-License-Identifier: BSD-3-Clause
// The vCPU that runs this. Each has an area: its kernel stack, above it struct cpu, and behind that
// its struct vcpu_info, which Xen writes. The base of %gs (%fs in 32-bit code, where %gs belongs to
// thread-local storage) is struct cpu, for threads and the kernel side alike.
//
// A thread may lose its vCPU between any two instructions while interrupts are on. What one
// instruction reads or writes is right all the same; this_cpu() is right as long as they are off.
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <arch/arch.h>
#include <halvm/types.h>

#define CPUS_MAX          32
#define CPU_SIZE          256 // struct cpu, padded; its vcpu_info begins here
#define KERNEL_STACK_SIZE 16384

struct desc_area;
struct run_queue;
struct thread;

struct cpu {
    struct cpu *self;
    unsigned long id;          // 0-based, Xen's number
    struct thread *thread;     // sched/'s: who runs here
    struct run_queue *rq;      // sched/'s
    unsigned long sched_depth; // sched/'s: how often sched_lock() is held here
    struct desc_area *desc;    // desc.c's
    uintptr_t fs_base;         // context.c's: what arch_set_fs_base() set last
} __attribute__((aligned(CPU_SIZE)));

struct cpu_area {
    uint8_t kernel_stack[KERNEL_STACK_SIZE - CPU_SIZE];
    struct cpu cpu;
    // The vcpu_info, put there by VCPUOP_register_vcpu_info. vCPU 0 under PV: Xen's shared page,
    // which begins with that vCPU's.
    uint8_t shared[PAGE_SIZE];
};

extern struct cpu *cpus[CPUS_MAX]; // by id; NULL: not there
extern unsigned int nr_cpus;       // that run

// Starting others. The size of a zeroed, page-aligned area for one, and its preparation there.
size_t arch_cpu_area_size(void);
struct cpu *arch_cpu_prepare(void *area, unsigned int id);
// Have Xen keep the vcpu_info behind struct cpu, which lies in that machine frame; once before the
// vCPU starts and again after a resume. Then start it: it calls entry on its kernel stack,
// interrupts off. 0 or Xen's error.
int arch_cpu_register_info(struct cpu *cpu, mfn_t frame);
int arch_cpu_start(struct cpu *cpu, void (*entry)(struct cpu *));
// Stop one where it is (any but the last), and let it go on. 0 or Xen's error.
int arch_cpu_down(unsigned int id);
int arch_cpu_up(unsigned int id);
// 1, 0, or -ENOENT: the domain has no such vCPU.
int arch_cpu_is_up(unsigned int id);

// A word-sized field of this vCPU's struct cpu, in one instruction. Not for what may change under
// the thread that asks, except with interrupts off.
#define cpu_read(field)                                                 \
    ({                                                                  \
        __typeof__(cpus[0]->field) cpu_value_;                          \
        _Static_assert(sizeof(cpu_value_) == sizeof(long), "one word"); \
        __asm__ volatile("mov %%" CPU_SEGMENT_ASM ":%c1, %0"            \
                         : "=r"(cpu_value_)                             \
                         : "i"(offsetof(struct cpu, field)));           \
        cpu_value_;                                                     \
    })
#if CONFIG_64BIT
#define CPU_SEGMENT_ASM "gs"
#else
#define CPU_SEGMENT_ASM "fs"
#endif

static inline struct cpu *this_cpu(void)
{
    return cpu_read(self);
}

static inline struct vcpu_info *cpu_vcpu_info(struct cpu *cpu)
{
    return (struct vcpu_info *)((char *)cpu + CPU_SIZE);
}

// With interrupts off.
static inline struct vcpu_info *this_vcpu_info(void)
{
    return cpu_vcpu_info(this_cpu());
}

#endif
