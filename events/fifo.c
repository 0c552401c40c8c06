// SPDX-License-Identifier: BSD-3-Clause
// The FIFO format (xen/include/public/event_channel.h; Xen's design document "FIFO-based event
// channel ABI"). Each port has a word: pending, masked, linked, and the next port of its queue.
// Each vCPU has a control block: a queue's first port for each of 16 priorities, and a bit for each
// queue that has begun anew. Xen adds at the tail; we take from the head.
#include <halvm/mm.h>
#include "internal.h"

#define PENDING        (1u << EVTCHN_FIFO_PENDING)
#define MASKED         (1u << EVTCHN_FIFO_MASKED)
#define LINKED         (1u << EVTCHN_FIFO_LINKED)
#define BUSY           (1u << EVTCHN_FIFO_BUSY) // Xen is about to change the word's link
#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define PRIORITIES     EVTCHN_FIFO_MAX_QUEUES
#define CONTROL_SIZE   128

struct control {
    struct evtchn_fifo_control_block shared;
    uint8_t pad[CONTROL_SIZE - sizeof(struct evtchn_fifo_control_block)];
};
_Static_assert(sizeof(struct control) * CPUS_MAX == PAGE_SIZE, "one page for all vCPUs");

static struct control *controls;
static uint32_t (*heads)[PRIORITIES]; // of each vCPU's queues: the first port not yet taken
static event_word_t *words;           // address space for all ports
static evtchn_t ready_ports;
static struct spinlock lock; // of the array's growth
static uint32_t given;       // vCPUs whose control block Xen has

static int give_control(unsigned int cpu)
{
    struct evtchn_init_control op = {
        .control_gfn = vm_frame_of(controls),
        .offset = cpu * sizeof(struct control),
        .vcpu = cpu,
    };
    int rc = 0;

    if (!(given >> cpu & 1))
        rc = hypercall_event_channel_op(EVTCHNOP_init_control, &op);
    if (!rc)
        given |= 1u << cpu;
    return rc;
}

// One page of the array to Xen, in order.
static int give_page(evtchn_t first)
{
    struct evtchn_expand_array op = {.array_gfn = vm_frame_of(&words[first])};

    return hypercall_event_channel_op(EVTCHNOP_expand_array, &op);
}

static int add_page(void)
{
    event_word_t *page = &words[ready_ports];
    int rc = vm_commit(page, PAGE_SIZE, VM_READ | VM_WRITE);

    if (rc)
        return rc;
    for (unsigned int i = 0; i < WORDS_PER_PAGE; i++)
        page[i] = MASKED;
    rc = give_page(ready_ports);
    if (rc) {
        vm_decommit(page, PAGE_SIZE);
        return rc;
    }
    write_release(&ready_ports, ready_ports + WORDS_PER_PAGE);
    return 0;
}

static int prepare(evtchn_t port)
{
    unsigned long flags;
    int rc = 0;

    if (likely(port < read_acquire(&ready_ports)))
        return 0;
    flags = spin_lock(&lock);
    while (port >= ready_ports && !rc)
        rc = add_page();
    spin_unlock(&lock, flags);
    return rc;
}

static event_word_t *word_of(evtchn_t port)
{
    static event_word_t none = MASKED;

    return likely(port < read_acquire(&ready_ports)) ? &words[port] : &none;
}

static void mask(evtchn_t port)
{
    __atomic_fetch_or(word_of(port), MASKED, __ATOMIC_SEQ_CST);
}

static bool masked(evtchn_t port)
{
    return READ_ONCE(*word_of(port)) & MASKED;
}

static bool unmask(evtchn_t port)
{
    event_word_t *word = word_of(port), seen = READ_ONCE(*word);

    // An event that came while the port was masked is in no queue, and only Xen can put it there.
    // While Xen is BUSY with the word, its link must find it as it was.
    do {
        if (seen & PENDING)
            return !(seen & MASKED);
        seen &= ~BUSY;
    } while (!__atomic_compare_exchange_n(word, &seen, seen & ~MASKED, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    return true;
}

static bool pending(evtchn_t port)
{
    return READ_ONCE(*word_of(port)) & PENDING;
}

static void clear(evtchn_t port)
{
    __atomic_fetch_and(word_of(port), ~PENDING, __ATOMIC_SEQ_CST);
}

// Take a port out of its queue: the port behind it, or 0.
static evtchn_t unlink_port(event_word_t *word)
{
    event_word_t seen = READ_ONCE(*word);

    // Xen writes the link of a tail as long as LINKED is set: reading it and ending that are one
    // step.
    while (!__atomic_compare_exchange_n(word, &seen, seen & ~(LINKED | EVTCHN_FIFO_LINK_MASK),
                                        false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        continue;
    return seen & EVTCHN_FIFO_LINK_MASK;
}

// Take one event. False: the queue is at its end.
static bool take(struct evtchn_fifo_control_block *control, uint32_t *head, unsigned int priority,
                 struct cpu *cpu)
{
    evtchn_t port = head[priority];
    event_word_t *word;

    // At the end of the queue Xen puts the next event's port into the control block.
    if (!port) {
        rmb(); // the ready bit, which we saw, before the head
        port = READ_ONCE(control->head[priority]);
    }
    word = word_of(port);
    head[priority] = unlink_port(word);
    // Out of the queue before the handler runs, so that the event can come again.
    if ((READ_ONCE(*word) & (PENDING | MASKED)) == PENDING)
        events_deliver(port, cpu);
    return head[priority] != 0;
}

static void scan(struct cpu *cpu)
{
    struct evtchn_fifo_control_block *control = &controls[cpu->id].shared;
    uint32_t ready = __atomic_exchange_n(&control->ready, 0, __ATOMIC_SEQ_CST);

    // Each time the first event of the highest priority that has any.
    while (ready) {
        unsigned int priority = __builtin_ctz(ready);

        if (!take(control, heads[cpu->id], priority, cpu))
            ready &= ~(1u << priority);
        ready |= __atomic_exchange_n(&control->ready, 0, __ATOMIC_SEQ_CST);
    }
}

const struct format format_fifo = {
    .ports = EVTCHN_FIFO_NR_CHANNELS,
    .own_queues = true,
    .prepare = prepare,
    .mask = mask,
    .masked = masked,
    .unmask = unmask,
    .pending = pending,
    .clear = clear,
    .scan = scan,
};

static bool memory_make(void)
{
    void *space;

    if (words)
        return true;
    if (!controls)
        controls = vm_alloc(PAGE_SIZE + CPUS_MAX * sizeof(*heads), VM_READ | VM_WRITE);
    if (!controls ||
        vm_reserve(EVTCHN_FIFO_NR_CHANNELS * sizeof(event_word_t), PAGE_SIZE, VM_ANYWHERE, &space))
        return false;
    heads = (void *)((char *)controls + PAGE_SIZE);
    words = space;
    return true;
}

void fifo_raise(evtchn_t port)
{
    __atomic_fetch_or(word_of(port), PENDING, __ATOMIC_SEQ_CST);
}

int fifo_start(void)
{
    int rc;

    if (!memory_make())
        return -XEN_ENOMEM;
    rc = give_control(0);
    if (rc)
        return rc;
    // From here on there is no way back, and Xen keeps what happens until the array is there.
    return add_page();
}

int fifo_init_cpu(unsigned int cpu)
{
    return give_control(cpu);
}

int fifo_resume(void)
{
    uint32_t again = given;
    int rc;

    memset(controls, 0, PAGE_SIZE + CPUS_MAX * sizeof(*heads));
    given = 0;
    rc = give_control(0);
    for (evtchn_t port = 0; port < ready_ports; port++)
        words[port] = MASKED;
    for (evtchn_t port = 0; port < ready_ports && !rc; port += WORDS_PER_PAGE)
        rc = give_page(port);
    for (unsigned int cpu = 1; cpu < CPUS_MAX && !rc; cpu++) {
        if (again >> cpu & 1)
            rc = give_control(cpu);
    }
    return rc;
}
