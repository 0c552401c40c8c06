// SPDX-License-Identifier: BSD-3-Clause
// Memory: frames, and address space that is reserved, committed and released. Thread context or
// before main; none of these may be called from an interrupt.
#ifndef HALVM_MM_H
#define HALVM_MM_H

#include <halvm/types.h>

#define PFN_NONE ((pfn_t)-1)

// Protections. A page is never writable and executable at once: that combination is -EINVAL.
#define VM_NONE  0u
#define VM_READ  1u
#define VM_WRITE 2u
#define VM_EXEC  4u

// Where vm_reserve() looks for space.
#define VM_ANYWHERE 0u
#define VM_LOW      1u // below 2 GiB, for code that is reached by 32-bit relocations

struct mm_stats {
    size_t frames_total; // RAM of the guest now, in frames
    size_t frames_free;
    size_t frames_boot; // what the memory map had at boot; under PVH that is maxmem=
};

// One frame, or PFN_NONE when memory is exhausted. Its contents are undefined, it is mapped
// nowhere. O(1).
pfn_t frame_alloc(void);
// n frames with consecutive pfns, or PFN_NONE.
pfn_t frame_alloc_range(size_t n);
void frame_free(pfn_t pfn);
void frame_free_range(pfn_t pfn, size_t n);

// Take stock of RAM and give the boot mapping its exact rights. Once, by kernel_main().
void mm_init(void);

void mm_get_stats(struct mm_stats *out);

// Give memory to Xen, or ask Xen for memory, until the guest has `frames` frames (frames_total).
// Where the guest is to shrink by more than is free, a mebibyte stays; where Xen has no more, it
// has not. How many frames the guest has now; -EBUSY: another thread is at it, try again; -ENOMEM:
// nothing was done. Frames are zeroed before they go. Takes time in proportion: for a thread of its
// own.
//
// memory/target in xenstore is in KiB, and under PVH it counts frames that are not in the memory
// map: the number for here is target / 4 - (static-max / 4 - frames_boot) there, and target / 4
// under PV. Memory that was given away is not waited for: vm_commit() gives -ENOMEM as ever.
long balloon_set_target(size_t frames);
// Called after that, where the program has one: GHC's runtime changes the limit of its heap.
void memory_changed(void) __attribute__((weak));

// n frames in a row in the machine's own numbering too, below 2^address_bits there, for devices
// that know no other. Under PVH, where a guest cannot know, its own numbering is meant. n is a
// power of two, and Xen gives an ordinary guest at most 512. PFN_NONE: none are to be had.
// frame_free_range() gives them back. Thread context.
pfn_t frame_alloc_machine(size_t n, unsigned int address_bits);

// Take len bytes of address space aligned to align (a power of two, at least a page; both in bytes,
// len is rounded up to pages). Nothing is mapped: an access faults. Costs no memory. 0, -EINVAL or
// -ENOMEM (no such gap).
int vm_reserve(size_t len, size_t align, unsigned int where, void **addr);
// Give the space back, decommitting what is committed. The range must be exactly one that
// vm_reserve() gave. 0 or -EINVAL.
int vm_release(void *addr, size_t len);
// Put memory under [addr, addr+len), page aligned and inside one reservation. Pages already
// committed keep their contents; new ones are zero. All or nothing: 0, -EINVAL, -ENOMEM.
int vm_commit(void *addr, size_t len, unsigned int prot);
// The same without zeroing, for callers that overwrite all of it: contents of new pages are
// undefined (but never another guest's).
int vm_commit_nozero(void *addr, size_t len, unsigned int prot);
// Take the memory away again; pages that are not committed are skipped. 0 or -EINVAL.
int vm_decommit(void *addr, size_t len);
// Change the protection of committed pages; holes in the range are skipped. 0 or -EINVAL.
int vm_protect(void *addr, size_t len, unsigned int prot);
// For what lies at random: a number in [0, n), n not 0; always 0 with `halvm.aslr=off` on the
// command line. Any context.
size_t vm_random_below(size_t n);
// Reserve and commit a zeroed block of len bytes (page aligned). NULL when out of memory. Release
// with vm_release().
void *vm_alloc(size_t len, unsigned int prot);

// Call fn for each reservation, ascending. For reports.
void vm_for_each(void (*fn)(uintptr_t start, uintptr_t end));

// Map n frames that are not ours to allocate or free (rings, shared frames), read-write, at a fresh
// address. NULL when out of space.
void *vm_map_frames(const pfn_t *pfns, size_t n, unsigned int prot);

// Frames of other owners (grant/, xenbus/). They are numbered as the page tables have them: machine
// frames under PV, the guest's own under PVH.

// The frame behind a mapped address of ours, to be handed to Xen; MFN_NONE when nothing is mapped
// there. Valid for as long as the caller keeps the page committed.
#define MFN_NONE ((mfn_t)-1)
mfn_t vm_frame_of(const void *addr);
// Map n such frames at addr, page aligned, in space that the caller has reserved and not committed.
// 0 or -ENOMEM (nothing is mapped then). vm_decommit() and vm_release() take the mapping away and
// leave the frames alone.
int vm_map_foreign(void *addr, const mfn_t *frames, size_t n, unsigned int prot);
// PV: the machine address of the page-table entry of addr, which Xen is to fill in or clear (grant
// mappings). *run is how many pages from addr have their entries right behind it. 0 or -ENOMEM.
int vm_entry_address(const void *addr, maddr_t *entry, size_t *run);
// The available bits to give Xen with such an entry, so that the frame in it is never taken for
// ours to free: bits 9 to 11 of the entry, shifted down.
#define VM_ENTRY_AVAIL 2u

// Map n frames of domain `domid`, by its own numbers, at a fresh address: for a guest that Xen lets
// (a stub domain, a driver's). *addr is released with vm_unmap_domain(). 0; -ENOMEM; or what Xen
// says: -EPERM, -ESRCH, -EINVAL. n is at most 64.
int vm_map_domain(halvm_domid_t domid, const mfn_t *frames, size_t n, unsigned int prot,
                  void **addr);
void vm_unmap_domain(void *addr, size_t n);

// PV: pfn now stands for this machine frame, or for none (MFN_NONE). Any context.
void p2m_set(pfn_t pfn, mfn_t mfn);

// PVH: a frame number with nothing behind it, above all RAM, for Xen to put another owner's page
// there. PFN_NONE when there is none left. O(1).
pfn_t hole_alloc(void);
// Give it back, with nothing behind it again. Never fails.
void hole_free(pfn_t pfn);

// PV: let the toolstack find the frames that the guest has, so that it can save them. Once, before
// the first request to suspend can come; thread context. 0, -ENOMEM, or -E2BIG (a guest too large
// for the format). Then again, with interrupts off, in a new domain.
int mm_suspend_prepare(void);
void mm_resume(void);

#endif
