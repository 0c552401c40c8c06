// SPDX-License-Identifier: BSD-3-Clause
// A guest (0) that shares memory and event channels with another (1) is saved and restored. In the
// new domain nothing of the old is left or used again: ports are closed and their handlers not
// called, grants cannot be mapped, yet each is still the holder's to end; then it grants, binds and
// is heard under its new number, and the other's mapping of old stays what it was until it is
// unmapped. A checkpoint, before, changes nothing. With `mapped`: guest 0 has a page of guest 1's
// mapped. It refuses to be saved, with the reason, and goes on; when the page is unmapped it is
// saved.
#include <arch/xen.h>
#include <halvm/boot.h>
#include <halvm/events.h>
#include <halvm/grant.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <string.h>
#include "../common/pair.h"

const char test_title[] = "saved while sharing";

#define PORTS 40 // so that the last has a number which nothing else in a new domain gets
#define WAIT  (MEET_SECONDS * NS_PER_SEC)

static halvm_domid_t other;
static struct waitq waitq;
static unsigned int rings; // times that a handler ran
static unsigned int restores, cancels;
static long old_port; // guest 0's, of before

static void rung(evtchn_t port, void *arg)
{
    (void)port;
    ++*(unsigned int *)arg;
    waitq_wake_all(&waitq);
}

// Wait until *what has reached n.
static bool reaches(const unsigned int *what, unsigned int n)
{
    ns_t deadline = time_monotonic() + WAIT;
    unsigned long flags = sched_lock();
    int rc = 0;

    while (READ_ONCE(*what) < n && !rc)
        rc = waitq_wait_locked(&waitq, deadline);
    sched_unlock(flags);
    return CHECK_EQ(rc, 0);
}

static void resumed(struct suspend_hook *h, bool cancelled)
{
    (void)h;
    // Here, where whoever shares something has to put it right.
    if (!cancelled && old_port)
        CHECK_EQ(evtchn_send(old_port), -XEN_EINVAL);
    ++*(cancelled ? &cancels : &restores);
    waitq_wake_all(&waitq);
}

static struct grant_stats stats(void)
{
    struct grant_stats s;

    grant_get_stats(&s);
    return s;
}

// Guest 0 offers two pages and a port.
struct offer {
    char *writable, *constant;
    grant_ref_t refs[2];
    long port;
};

static bool offer(struct offer *o)
{
    long rw = grant_access(other, o->writable, false), ro = grant_access(other, o->constant, true);

    for (unsigned int i = 0; i < PORTS; i++)
        o->port = evtchn_alloc_unbound(other, rung, &rings);
    if (!CHECK(rw > 0) || !CHECK(ro > 0) || !CHECK(o->port > 0))
        return false;
    o->refs[0] = rw;
    o->refs[1] = ro;
    return true;
}

static bool tell(const struct offer *o, const char *port, const char *rw, const char *ro)
{
    return pair_put(port, o->port) && pair_put(rw, o->refs[0]) && pair_put(ro, o->refs[1]);
}

// In the new domain: the runner's script has made the meeting place ours again.
static bool meet_again(void)
{
    uint32_t me;
    halvm_domid_t who, before = other;

    if (!pair_enter(&me, &who))
        return false;
    CHECK_EQ(me, 0);
    CHECK_EQ(who, before);
    return true;
}

static void sharer(void)
{
    struct offer o = {.writable = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE),
                      .constant = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE)};
    halvm_domid_t number = evtchn_own_domid();
    unsigned int heard;

    if (!CHECK(o.writable && o.constant) || !CHECK(number != DOMID_INVALID))
        return;
    strcpy(o.writable, "first");
    strcpy(o.constant, "constant");
    if (!offer(&o) || !tell(&o, "port", "rw", "ro") || !reaches(&rings, 1))
        return;
    CHECK(!strcmp(o.writable, "seen"));
    printk("shared\n");

    // A checkpoint.
    if (!reaches(&cancels, 1))
        return;
    CHECK_EQ(evtchn_own_domid(), number);
    strcpy(o.writable, "second");
    CHECK_EQ(evtchn_send(o.port), 0);
    if (!reaches(&rings, 2))
        return;
    CHECK(!strcmp(o.writable, "seen too"));
    CHECK_EQ(grant_end(o.refs[0]), -XEN_EBUSY);
    heard = rings;
    old_port = o.port;
    printk("ready to be saved\n");

    // A new domain.
    if (!reaches(&restores, 1) || !meet_again())
        return;
    CHECK(evtchn_own_domid() != number);
    CHECK_EQ(evtchn_own_domid(), meet_domid(&pair_meeting, 0));
    strcpy(o.writable, "third");
    if (!pair_put("number", evtchn_own_domid()) || !pair_at("looked"))
        return;
    CHECK_EQ(rings, heard);
    CHECK_EQ(stats().refs_out, 2);
    CHECK_EQ(grant_end(o.refs[0]), 0);
    CHECK_EQ(grant_end(o.refs[1]), 0);
    CHECK_EQ(grant_end(o.refs[1]), -XEN_EINVAL);
    CHECK_EQ(stats().refs_out, 0);
    if (!offer(&o) || !tell(&o, "new-port", "new-rw", "new-ro") || !reaches(&rings, heard + 1))
        return;
    CHECK(!strcmp(o.writable, "seen anew"));
    CHECK(!strcmp(o.constant, "constant"));
    CHECK_EQ(grant_end(o.refs[0]), -XEN_EBUSY);
    CHECK_EQ(evtchn_send(o.port), 0);
    if (!pair_at("unmapped"))
        return;
    CHECK_EQ(grant_end(o.refs[0]), 0);
    CHECK_EQ(grant_end(o.refs[1]), 0);
    CHECK_EQ(stats().refs_out, 0);
}

struct view {
    struct grant_page pages[2];
    char *writable, *constant;
    long port;
};

static bool look(halvm_domid_t whose, struct view *v, const char *port, const char *rw,
                 const char *ro)
{
    uint32_t theirs, refs[2];
    void *at[2];

    if (!pair_get(port, &theirs) || !pair_get(rw, &refs[0]) || !pair_get(ro, &refs[1]))
        return false;
    for (unsigned int i = 0; i < 2; i++) {
        v->pages[i] = (struct grant_page){.ref = refs[i]};
        if (!CHECK_EQ(grant_map(whose, &v->pages[i], 1, i == 1, &at[i]), 0))
            return false;
    }
    v->writable = at[0];
    v->constant = at[1];
    v->port = evtchn_bind_interdomain(whose, theirs, rung, &rings);
    return CHECK(v->port > 0);
}

static void forget(struct view *v)
{
    CHECK_EQ(grant_unmap(v->writable, &v->pages[0], 1), 0);
    CHECK_EQ(grant_unmap(v->constant, &v->pages[1], 1), 0);
    CHECK_EQ(evtchn_close(v->port), 0);
}

static void partner(void)
{
    struct view old, new;
    struct grant_page again;
    uint32_t number;
    void *at;

    if (!look(other, &old, "port", "rw", "ro"))
        return;
    CHECK(!strcmp(old.writable, "first"));
    strcpy(old.writable, "seen");
    rings = 0; // binding makes an event pending
    CHECK_EQ(evtchn_send(old.port), 0);
    if (!reaches(&rings, 1))
        return;
    CHECK(!strcmp(old.writable, "second"));
    strcpy(old.writable, "seen too");
    CHECK_EQ(evtchn_send(old.port), 0);

    // The other is a new domain, whose memory is its own.
    if (!pair_get("number", &number))
        return;
    CHECK(number != other);
    CHECK(!strcmp(old.writable, "seen too"));
    for (unsigned int i = 0; i < 2; i++) {
        again = (struct grant_page){.ref = old.pages[i].ref};
        CHECK(grant_map(number, &again, 1, true, &at) < 0);
    }
    evtchn_send(old.port); // to nobody
    if (!pair_at("looked") || !look(number, &new, "new-port", "new-rw", "new-ro"))
        return;
    CHECK(!strcmp(new.writable, "third"));
    strcpy(new.writable, "seen anew");
    CHECK(!strcmp(new.constant, "constant"));
    CHECK(!strcmp(old.constant, "constant"));
    CHECK(!strcmp(old.writable, "seen too"));
    rings = 0;
    CHECK_EQ(evtchn_send(new.port), 0);
    if (!reaches(&rings, 1))
        return;
    forget(&old);
    forget(&new);
    pair_at("unmapped");
}

static void mapper(void)
{
    struct grant_page page = {0};
    uint32_t ref;
    void *at;

    if (!pair_get("page", &ref))
        return;
    page.ref = ref;
    if (!CHECK_EQ(grant_map(other, &page, 1, false, &at), 0))
        return;
    CHECK_EQ(suspend_now(), -XEN_EBUSY);
    CHECK(!strcmp(at, "theirs"));
    if (!reaches(&cancels, 1))
        return;
    printk("mapped\n");
    // The toolstack's request, refused.
    if (!reaches(&cancels, 2))
        return;
    CHECK(!strcmp(at, "theirs"));
    strcpy(at, "changed");
    CHECK_EQ(grant_unmap(at, &page, 1), 0);
    printk("unmapped\n");
    if (!reaches(&restores, 1) || !meet_again())
        return;
    page.ref = ref;
    if (CHECK_EQ(grant_map(other, &page, 1, false, &at), -XEN_EIO)) // it was for another number
        pair_put("restored", evtchn_own_domid());
    if (!pair_get("page-again", &ref))
        return;
    page.ref = ref;
    if (!CHECK_EQ(grant_map(other, &page, 1, false, &at), 0))
        return;
    CHECK(!strcmp(at, "changed"));
    CHECK_EQ(grant_unmap(at, &page, 1), 0);
    pair_at("over");
}

static void lender(void)
{
    char *page = vm_alloc(PAGE_SIZE, VM_READ | VM_WRITE);
    uint32_t number;
    long ref;

    if (!CHECK(page))
        return;
    strcpy(page, "theirs");
    ref = grant_access(other, page, false);
    if (!CHECK(ref > 0) || !pair_put("page", ref) || !pair_get("restored", &number))
        return;
    CHECK_EQ(grant_end(ref), 0);
    ref = grant_access(number, page, false);
    if (!CHECK(ref > 0) || !pair_put("page-again", ref) || !pair_at("over"))
        return;
    CHECK_EQ(grant_end(ref), 0);
}

void test_main(void)
{
    static struct suspend_hook hook = {.resume = resumed};
    uint32_t me;

    suspend_hook_add(&hook);
    if (!pair_enter(&me, &other))
        return;
    if (boot_option("mapped"))
        (me == 0 ? mapper : lender)();
    else
        (me == 0 ? sharer : partner)();
}
