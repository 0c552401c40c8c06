// SPDX-License-Identifier: BSD-3-Clause
// Inside grant/.
#ifndef GRANT_INTERNAL_H
#define GRANT_INTERNAL_H

#include <arch/hypercall.h>
#include <arch/spinlock.h>
#include <halvm/grant.h>
#include <xen/errno.h>
#include <xen/grant_table.h>

enum ref_state { REF_FREE, REF_ACCESS, REF_ACCEPT, REF_DEFERRED, REF_DEFERRED_LAST };

// What we know of a reference. The table itself is shared, with Xen only; still, whether a
// reference is ours to end is never read from it.
struct ref_info {
    uint32_t next;       // free: the next free one; deferred: the next of the queue; 0: none
    uint32_t state : 3;  // enum ref_state
    uint32_t pages : 29; // deferred, last of its group: pages of block
    union {
        void *block; // deferred, last of its group: what to release
        pfn_t pfn;   // offered for a transfer
    };
};

struct grant_table {
    struct spinlock lock;
    unsigned int version; // 0: not set up
    bool suspended;
    uint32_t frames, frames_max;
    uint32_t entries; // in those frames
    union {
        struct grant_entry_v1 *v1;
        union grant_entry_v2 *v2;
        char *bytes;
    };
    grant_status_t *status; // v2
    struct ref_info *info;
    xen_pfn_t *list;               // PV: where Xen lists the table's frames
    uint32_t free;                 // first free reference; 0: none
    uint32_t wait_head, wait_tail; // deferred
    uint32_t out, deferred;
    uint32_t mapped;
    unsigned int hypercalls;
};
extern struct grant_table gnt;

// table.c. With the lock held.
int grant_setup(void);
// One more frame of references. -ENOSPC at the limit, -ENOMEM.
int grant_grow(void);

// ref.c. All but ref_offer() with the lock held.
void ref_free(grant_ref_t ref);
bool ref_is(grant_ref_t ref, enum ref_state state);
void entry_write(grant_ref_t ref, halvm_domid_t remote, uint64_t frame, uint16_t flags);
// Take a reference and fill its entry. The reference or -errno.
long ref_offer(halvm_domid_t remote, uint64_t frame, uint16_t type, enum ref_state state,
               pfn_t pfn);

// transfer.c: take an offer back, unless a transfer has begun.
bool transfer_withdraw(grant_ref_t ref);

// HYPERVISOR_grant_table_op, counted.
void grant_count(void);
long grant_op(unsigned int cmd, void *args, unsigned int count);

// Xen's GNTST_* as -errno.
int grant_errno(int status);

// Statuses before a call, so that what Xen did not reach is not taken for done.
#define STATUS_UNTOUCHED 1

// One element's outcome: rc is the whole call's.
static inline int grant_result(long rc, int status)
{
    return status == STATUS_UNTOUCHED && rc < 0 ? (int)rc : grant_errno(status);
}

static inline bool domid_valid(halvm_domid_t domid)
{
    return domid < DOMID_FIRST_RESERVED;
}

// batch.c: memory for the arguments of one hypercall. A large buffer is shared by whoever is first;
// others make do with the small one, on their stack, and more hypercalls.
#define BATCH_BYTES 16384
#define SMALL_BYTES 512
struct batch {
    void *args;
    size_t bytes;
    uint64_t small[SMALL_BYTES / sizeof(uint64_t)];
};
// For n arguments of `size` bytes each. How many fit at a time.
size_t batch_begin(struct batch *b, size_t n, size_t size);
void batch_end(struct batch *b);

// Between tries of what was paged out: ever longer, false when it has been enough.
bool grant_back_off(unsigned int *tries);

#endif
