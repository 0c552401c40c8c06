// SPDX-License-Identifier: BSD-3-Clause
// Giving memory to Xen and taking it back (xen/include/public/memory.h). Frames that were never
// used go first, for they need no zeroing and their numbers are at the end; each number without a
// frame is remembered on a stack, and is used again before new ones.
//
// Under PVH with maxmem= above memory=, the memory map has all of maxmem in it, and behind the
// numbers are, all in all, only memory= frames, which Xen hands out when a number is first touched
// ("populate on demand"): to touch more is the end. What must not be touched is withheld from the
// allocator (frames_check_reservation()), and is there when Xen has more for us.
#include <arch/hypercall.h>
#include <xen/errno.h>
#include "buddy.h"
#include "internal.h"

#define BATCH   256
#define RESERVE 256 // frames that are never given away: whoever gives must still be able to do so
#define SLOTS   (PAGE_SIZE / sizeof(uint32_t))

static struct {
    bool busy;
    uint32_t *stack; // a reservation for all numbers that there are
    size_t top;
    size_t committed; // slots of it
    pfn_t fresh;      // PV: the first number that was never used
} balloon;

static xen_pfn_t batch[BATCH]; // pfns, or what the hypercall wants of them
static pfn_t pfns[BATCH];

static bool init(void)
{
    void *stack;

    if (balloon.stack)
        return true;
    if (vm_reserve(MAX_FRAMES * sizeof(uint32_t), PAGE_SIZE, VM_ANYWHERE, &stack))
        return false;
    balloon.stack = stack;
    balloon.fresh = boot_info->ram[boot_info->nr_ram - 1].end >> PAGE_SHIFT;
    return true;
}

static bool room_for(size_t n)
{
    while (balloon.committed < balloon.top + n) {
        if (vm_commit(balloon.stack + balloon.committed, PAGE_SIZE, VM_READ | VM_WRITE))
            return false;
        balloon.committed += SLOTS;
    }
    return true;
}

static long reservation_op(unsigned int cmd, size_t n)
{
    struct xen_memory_reservation r = {.nr_extents = n, .domid = DOMID_SELF};

    set_xen_guest_handle(r.extent_start, batch);
    return hypercall_memory_op(cmd, &r);
}

// Take up to n frames that are free and mapped nowhere, zeroed if they were ever used.
static size_t take_frames(size_t n)
{
    size_t taken = 0, dirty = 0;
    unsigned long flags;

    for (; taken < n; taken++) {
        bool used;
        pfn_t pfn;

        flags = mm_lock();
        pfn = frame_take_for_xen(RESERVE, &used);
        mm_unlock(flags);
        if (pfn == PFN_NONE)
            break;
        // Those that were used come first in the list.
        pfns[taken] = pfns[dirty];
        if (used)
            pfns[dirty++] = pfn;
        else
            pfns[taken] = pfn;
    }
    if (!frames_zero(pfns, dirty)) {
        flags = mm_lock();
        for (size_t i = 0; i < taken; i++)
            frame_came_from_xen(pfns[i]);
        mm_unlock(flags);
        return 0;
    }
    return taken;
}

// Give up to n frames to Xen. How many it took.
static size_t give(size_t n)
{
    unsigned long flags;
    size_t taken;
    long done;

    if (!room_for(n))
        return 0;
    taken = take_frames(n);
    if (!taken)
        return 0;
    for (size_t i = 0; i < taken; i++)
        batch[i] = pfn_to_mfn(pfns[i]);
    done = reservation_op(XENMEM_decrease_reservation, taken);
    if (done < 0)
        done = 0;
    flags = mm_lock();
    for (size_t i = 0; i < taken; i++) {
        if (i >= (size_t)done) {
            frame_came_from_xen(pfns[i]);
            continue;
        }
        if (CONFIG_PV)
            pv_p2m[pfns[i]] = MFN_NONE;
        balloon.stack[balloon.top++] = pfns[i];
    }
    mm_unlock(flags);
    return done;
}

// A number with nothing behind it.
static pfn_t number_take(void)
{
    pfn_t pfn;

    if (balloon.top)
        return balloon.stack[--balloon.top];
    pfn = balloon.fresh;
    // Under PVH the memory map says which numbers are for RAM, and that is that.
    if (!CONFIG_PV || pfn >= MAX_FRAMES || !p2m_reach(pfn))
        return PFN_NONE;
    balloon.fresh++;
    return pfn;
}

static void number_back(pfn_t pfn)
{
    if (pfn + 1 == balloon.fresh)
        balloon.fresh--;
    else
        balloon.stack[balloon.top++] = pfn;
}

// Have Xen put frames behind up to n numbers. How many came.
static size_t get(size_t n)
{
    unsigned long flags;
    size_t count = 0;
    long done = 0;

    for (; count < n; count++) {
        pfn_t pfn = number_take();
        bool ok;

        if (pfn == PFN_NONE)
            break;
        flags = mm_lock();
        ok = frame_can_come(pfn);
        mm_unlock(flags);
        if (!ok) {
            number_back(pfn);
            break;
        }
        batch[count] = pfns[count] = pfn;
    }
    if (count)
        done = reservation_op(XENMEM_populate_physmap, count);
    if (done < 0)
        done = 0;
    for (size_t i = count; i > (size_t)done; i--)
        number_back(pfns[i - 1]);
    flags = mm_lock();
    for (size_t i = 0; i < (size_t)done; i++) {
        // PV: Xen's answer is in the list, and its own table is right already.
        if (CONFIG_PV)
            pv_p2m[pfns[i]] = batch[i];
        frame_came_from_xen(pfns[i]);
    }
    mm_unlock(flags);
    return done;
}

static size_t frames_withheld(void)
{
    unsigned long flags = mm_lock();
    size_t n = frames_check_reservation();

    mm_unlock(flags);
    return n;
}

static size_t frames_now(void)
{
    struct mm_stats s;

    mm_get_stats(&s);
    return s.frames_total;
}

long balloon_set_target(size_t frames)
{
    size_t now, n, moved = 1;

    if (__atomic_exchange_n(&balloon.busy, true, __ATOMIC_ACQUIRE))
        return -XEN_EBUSY;
    if (!init()) {
        write_release(&balloon.busy, false);
        return -XEN_ENOMEM;
    }
    // Numbers without memory are given away first, all of them: then one frame less here is one
    // less for Xen too.
    while (moved && (n = frames_withheld()) != 0)
        moved = give(n < BATCH ? n : BATCH);
    moved = 1;
    for (now = frames_now(); now != frames && moved; now = frames_now()) {
        size_t more = frames > now ? frames - now : now - frames;

        if (more > BATCH)
            more = BATCH;
        moved = frames > now ? get(more) : give(more);
    }
    write_release(&balloon.busy, false);
    if (memory_changed)
        memory_changed();
    return now;
}
