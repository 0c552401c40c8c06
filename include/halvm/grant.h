// SPDX-License-Identifier: BSD-3-Clause
// Sharing memory with other domains (xen/include/public/grant_table.h; xen:
// docs/misc/grant-tables.txt). The table is set up by the first call that needs it and grows a
// frame at a time up to what Xen allows; a program that shares nothing pays nothing.
//
// The table is in the format of version 1 unless the command line has `halvm.grant=v2`, or the
// machine has frames that version 1 cannot name. Where Xen offers only version 1, that is what it
// is.
//
// Context, unless said otherwise: thread, any vCPU. Nothing here sleeps. Errors are -errno. What
// Xen answers for one element of a batch is turned into -errno as well:
//   -EIO general error, -ESRCH no such domain, -ENOENT not a (fitting) grant, -EBADF not a mapping,
//   -EFAULT address, -EPERM not allowed, -ENXIO bad page, -EDOM a copy beyond a page, -ERANGE frame
//   number too large, -EAGAIN still paged out after a bounded number of tries, -ENOSPC no handle
//   left in Xen
#ifndef HALVM_GRANT_H
#define HALVM_GRANT_H

#include <halvm/types.h>

typedef uint32_t grant_ref_t; // the name of a grant; the first 8 belong to the toolstack

// Let domain `remote` map or copy the page at `page`, whose contents it sees at once: the page must
// be whole (page aligned) and hold nothing but what the other domain may read, so zero it first. It
// must stay committed until the grant has ended. The reference; -EINVAL: remote is not a domain,
// page not aligned or nothing mapped there; -ENOSPC: every reference that Xen allows is out;
// -ENOMEM; -ERANGE: the frame needs version 2. O(1).
long grant_access(halvm_domid_t remote, const void *page, bool readonly);
// n pages from addr: all granted, or none.
int grant_access_range(halvm_domid_t remote, const void *addr, size_t n, bool readonly,
                       grant_ref_t *refs);
// End it. 0: over, the reference may come back from grant_access() and the page is the caller's
// alone. -EBUSY: the other domain still has it mapped; the page is still shared and the reference
// still out: try again, or grant_end_release(). (In version 2 it can then be mapped no more than it
// is; in version 1 it can, for Xen gives no means to stop that.) -EINVAL: no grant of ours, or
// ended already.
int grant_end(grant_ref_t ref);
// End n grants of pages in `block`, a block of len bytes that vm_reserve() or vm_alloc() gave, and
// vm_release() it once the last of them is over: at once (0) or, while a page is still in use
// (-EBUSY), later, when grants are asked for or ended, or grant_retry_deferred() is called. Until
// then neither references nor memory are used for anything else. block NULL: only the references.
// -EINVAL: one of them was no grant of ours; the others are ended, but the block stays.
int grant_end_release(const grant_ref_t *refs, size_t n, void *block, size_t len);
// Look at everything that waits for its end. How many references still wait.
size_t grant_retry_deferred(void);

// One page of another domain, mapped or to be mapped. The caller keeps it until it is unmapped.
struct grant_page {
    grant_ref_t ref; // theirs
    int status;      // 0 or -errno, after a call
    uint32_t handle; // Xen's
    pfn_t hole;      // PVH: where it appears in our physical space
};

// Map n pages of domain `remote`, in order, at a fresh address, with a hypercall for each 512 of
// them. With readonly, a write to them faults. All or none: 0, or the first -errno of
// pages[].status, or -EINVAL (n is 0, remote is not a domain), -ENOMEM. -EOPNOTSUPP under PVH for a
// grant of our own: Xen would move the page, not map it twice. What is at *addr belongs to the
// other domain: it may change at any time, and only grant_unmap() may end the mapping.
int grant_map(halvm_domid_t remote, struct grant_page *pages, size_t n, bool readonly, void **addr);
// Unmap exactly what one grant_map() mapped. No vCPU sees the pages any more afterwards. 0; or the
// first -errno of pages[].status: such pages stay mapped, and their addresses are never used again.
int grant_unmap(void *addr, struct grant_page *pages, size_t n);

// One end of a copy: memory of ours at addr; or, with addr NULL, bytes from offset of what domain
// `domid` granted us as ref. Neither end may cross the end of its page.
struct grant_copy_end {
    void *addr;
    grant_ref_t ref;
    uint16_t offset;
    halvm_domid_t domid;
};

struct grant_copy {
    struct grant_copy_end from, to;
    uint16_t len;
    int status; // 0 or -errno, after a call
};

// Let Xen copy, in order, with a hypercall for each 400 elements. An element that fails does not
// stop the others. 0, or the first -errno of copies[].status.
int grant_copy(struct grant_copy *copies, size_t n);

// PV only (-EOPNOTSUPP elsewhere): frames that change hands.
//
// Let domain `remote` put one frame behind our pfn, which must have none (grant_transfer() leaves
// such). The reference, or -errno as of grant_access().
long grant_accept_transfer(halvm_domid_t remote, pfn_t pfn);
// 0: it came, pfn has a frame again, which the caller owns as if frame_alloc() had given it; the
// reference is over. -EAGAIN: not yet. -EINVAL: no such offer of ours.
int grant_transfer_arrived(grant_ref_t ref);
// Take the offer back: 0, -EBUSY (a transfer is under way or over: see grant_transfer_arrived()),
// -EINVAL.
int grant_cancel_transfer(grant_ref_t ref);
// Give the frame behind pfn, which frame_alloc() gave and which is mapped nowhere, to the domain
// that accepts it as ref. 0; or -errno: with -ENXIO the frame is still ours (it was mapped, or is
// none of ours); with any other error Xen has taken it all the same, and pfn is empty.
int grant_transfer(halvm_domid_t remote, grant_ref_t ref, pfn_t pfn);

struct grant_stats {
    unsigned int version;    // of the table; 0 before it is set up
    uint32_t frames;         // of the table, now
    uint32_t frames_max;     // that Xen allows
    uint32_t refs_out;       // granted or waiting for their end
    uint32_t refs_deferred;  // of these, waiting
    uint32_t pages_mapped;   // of other domains
    unsigned int hypercalls; // of this room so far
};
void grant_get_stats(struct grant_stats *out);

// The guest is about to be suspended (saved, migrated): the table is unmapped. No other call here
// until grant_resume(). 0; -EBUSY: pages of other domains are mapped, which no save can carry.
int grant_suspend(void);
// It runs again. With `fresh`, in a new domain: every grant is gone as far as others see, and each
// holder of a reference must still end it, which succeeds at once, and grant anew. Otherwise (the
// suspend was cancelled) grants are as they were. 0 or -errno: the table cannot be set up.
int grant_resume(bool fresh);

// Revoke everything that nobody is using. The last call here, by power_exit() and panic(): any
// context.
void grant_exit(void);

#endif
