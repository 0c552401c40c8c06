// SPDX-License-Identifier: BSD-3-Clause
// Our grants to others: references, their end, and the queue of those that cannot end yet.
#include <halvm/mm.h>
#include "internal.h"

void ref_free(grant_ref_t ref)
{
    gnt.info[ref] = (struct ref_info){.next = gnt.free, .state = REF_FREE};
    gnt.free = ref;
    gnt.out--;
}

bool ref_is(grant_ref_t ref, enum ref_state state)
{
    return ref >= GNTTAB_NR_RESERVED_ENTRIES && ref < gnt.entries && gnt.info[ref].state == state;
}

// Nobody but us looks at an entry whose type is invalid, so everything else comes before the type.
void entry_write(grant_ref_t ref, halvm_domid_t remote, uint64_t frame, uint16_t flags)
{
    uint16_t *type;

    if (gnt.version == 1) {
        gnt.v1[ref].domid = remote;
        gnt.v1[ref].frame = frame;
        type = &gnt.v1[ref].flags;
    } else {
        gnt.v2[ref].hdr.domid = remote;
        gnt.v2[ref].full_page.frame = frame;
        type = &gnt.v2[ref].hdr.flags;
    }
    wmb();
    WRITE_ONCE(*type, flags);
}

// End access through the entry. False: it is in use.
static bool entry_end(grant_ref_t ref)
{
    const uint16_t in_use = GTF_reading | GTF_writing;
    uint16_t *flags, seen;

    if (gnt.version == 2) {
        // 1. Without a type nobody gets new access.
        // 2. Xen sets the status before it looks at the type once more, so whoever still got access
        //    shows in the status now.
        WRITE_ONCE(gnt.v2[ref].hdr.flags, 0);
        mb();
        return !(READ_ONCE(gnt.status[ref]) & in_use);
    }
    flags = &gnt.v1[ref].flags;
    seen = READ_ONCE(*flags);
    do {
        if (seen & in_use)
            return false;
        // Xen may set a bit between the look and this: then it is in use after all.
    } while (
        !__atomic_compare_exchange_n(flags, &seen, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return true;
}

static void wait_append(grant_ref_t ref)
{
    gnt.info[ref].next = 0;
    if (gnt.wait_tail)
        gnt.info[gnt.wait_tail].next = ref;
    else
        gnt.wait_head = ref;
    gnt.wait_tail = ref;
}

static grant_ref_t wait_pop(void)
{
    grant_ref_t ref = gnt.wait_head;

    gnt.wait_head = gnt.info[ref].next;
    if (!gnt.wait_head)
        gnt.wait_tail = 0;
    return ref;
}

struct release {
    void *block;
    size_t len;
};

// Try the group at the head of the queue: what ends, ends; what does not goes to the tail, its last
// reference carrying the block. The block, when all are over.
static struct release retry_group(size_t *members)
{
    struct release done = {0};
    grant_ref_t kept = 0;
    bool last;

    *members = 0;
    do {
        grant_ref_t ref = wait_pop();
        struct ref_info *info = &gnt.info[ref];

        ++*members;
        last = info->state == REF_DEFERRED_LAST;
        if (last)
            done = (struct release){info->block, (size_t)info->pages << PAGE_SHIFT};
        if (entry_end(ref)) {
            ref_free(ref);
            gnt.deferred--;
        } else {
            info->state = REF_DEFERRED;
            wait_append(ref);
            kept = ref;
        }
    } while (!last);
    if (!kept)
        return done;
    gnt.info[kept].state = REF_DEFERRED_LAST;
    gnt.info[kept].block = done.block;
    gnt.info[kept].pages = done.len >> PAGE_SHIFT;
    return (struct release){0};
}

static void release(struct release r)
{
    if (r.block)
        vm_release(r.block, r.len);
}

// Each call looks at one group, so that no call costs more the more wait.
static void retry_one(void)
{
    struct release done = {0};
    unsigned long flags;
    size_t members;

    if (likely(!READ_ONCE(gnt.wait_head)))
        return;
    flags = spin_lock(&gnt.lock);
    if (gnt.wait_head && !gnt.suspended)
        done = retry_group(&members);
    spin_unlock(&gnt.lock, flags);
    release(done);
}

size_t grant_retry_deferred(void)
{
    unsigned long flags = spin_lock(&gnt.lock);
    size_t left = gnt.suspended ? 0 : gnt.deferred;

    // Every group once: what stays goes to the tail.
    while (left && gnt.wait_head) {
        size_t members;
        struct release done = retry_group(&members);

        left -= members < left ? members : left;
        spin_unlock(&gnt.lock, flags);
        release(done);
        flags = spin_lock(&gnt.lock);
    }
    left = gnt.deferred;
    spin_unlock(&gnt.lock, flags);
    return left;
}

// A reference, with the lock held; or -errno.
static long ref_alloc(void)
{
    int rc = grant_setup();
    grant_ref_t ref;

    if (rc)
        return rc;
    if (!gnt.free) {
        rc = grant_grow();
        if (rc)
            return rc;
    }
    ref = gnt.free;
    gnt.free = gnt.info[ref].next;
    gnt.out++;
    return ref;
}

long ref_offer(halvm_domid_t remote, uint64_t frame, uint16_t type, enum ref_state state, pfn_t pfn)
{
    unsigned long flags;
    long ref;

    retry_one();
    for (;;) {
        flags = spin_lock(&gnt.lock);
        ref = ref_alloc();
        if (ref != -XEN_ENOSPC || !gnt.deferred)
            break;
        spin_unlock(&gnt.lock, flags);
        if (grant_retry_deferred() && !READ_ONCE(gnt.free))
            return -XEN_ENOSPC;
    }
    if (ref >= 0 && gnt.version == 1 && frame > UINT32_MAX) {
        ref_free(ref);
        ref = -XEN_ERANGE;
    }
    if (ref >= 0) {
        gnt.info[ref].state = state;
        gnt.info[ref].pfn = pfn;
        entry_write(ref, remote, frame, type);
    }
    spin_unlock(&gnt.lock, flags);
    return ref;
}

long grant_access(halvm_domid_t remote, const void *page, bool readonly)
{
    mfn_t frame;

    if (!domid_valid(remote) || (uintptr_t)page & ~PAGE_MASK)
        return -XEN_EINVAL;
    frame = vm_frame_of(page);
    if (frame == MFN_NONE)
        return -XEN_EINVAL;
    return ref_offer(remote, frame, GTF_permit_access | (readonly ? GTF_readonly : 0), REF_ACCESS,
                     0);
}

int grant_access_range(halvm_domid_t remote, const void *addr, size_t n, bool readonly,
                       grant_ref_t *refs)
{
    for (size_t i = 0; i < n; i++) {
        long ref = grant_access(remote, (const char *)addr + (i << PAGE_SHIFT), readonly);

        if (ref < 0) {
            grant_end_release(refs, i, NULL, 0);
            return ref;
        }
        refs[i] = ref;
    }
    return 0;
}

int grant_end(grant_ref_t ref)
{
    unsigned long flags;
    int rc = 0;

    retry_one();
    flags = spin_lock(&gnt.lock);
    if (gnt.suspended || !ref_is(ref, REF_ACCESS))
        rc = -XEN_EINVAL;
    else if (!entry_end(ref))
        rc = -XEN_EBUSY;
    else
        ref_free(ref);
    spin_unlock(&gnt.lock, flags);
    return rc;
}

int grant_end_release(const grant_ref_t *refs, size_t n, void *block, size_t len)
{
    struct release whole = {block, ROUND_UP(len, PAGE_SIZE)};
    grant_ref_t kept = 0;
    unsigned long flags;
    bool wrong = false;

    retry_one();
    flags = spin_lock(&gnt.lock);
    for (size_t i = 0; i < n; i++) {
        if (gnt.suspended || !ref_is(refs[i], REF_ACCESS)) {
            wrong = true;
        } else if (entry_end(refs[i])) {
            ref_free(refs[i]);
        } else {
            gnt.info[refs[i]].state = REF_DEFERRED;
            gnt.deferred++;
            wait_append(refs[i]);
            kept = refs[i];
        }
    }
    if (wrong)
        whole.block = NULL;
    if (kept) {
        gnt.info[kept].state = REF_DEFERRED_LAST;
        gnt.info[kept].block = whole.block;
        gnt.info[kept].pages = whole.len >> PAGE_SHIFT;
    }
    spin_unlock(&gnt.lock, flags);
    if (!kept)
        release(whole);
    return wrong ? -XEN_EINVAL : kept ? -XEN_EBUSY : 0;
}

void grant_exit(void)
{
    if (!gnt.version || gnt.suspended)
        return;
    // No lock: nothing else may run any more, and who was interrupted may hold it.
    for (grant_ref_t ref = GNTTAB_NR_RESERVED_ENTRIES; ref < gnt.entries; ref++) {
        if (gnt.info[ref].state == REF_ACCEPT)
            transfer_withdraw(ref);
        else if (gnt.info[ref].state != REF_FREE)
            entry_end(ref);
    }
}
