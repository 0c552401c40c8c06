// SPDX-License-Identifier: BSD-3-Clause
// Watches and their queues. sched_lock() protects both.
#include <arch/arch.h>
#include <halvm/console.h>
#include <xen/errno.h>
#include "internal.h"
#include "wire.h"

// A queue is a ring of bytes; an event in it is this, then the path with its NUL.
struct record {
    uint32_t watch;
    uint32_t path_size;
};

static struct xs_watch *watches; // by ascending id
static struct xs_watch **last = &watches;
static uint32_t last_id;
uint64_t watch_events;

void xs_queue_init(struct xs_queue *q, void *buf, size_t size)
{
    *q = (struct xs_queue){.buf = buf, .size = size};
}

static void queue_put(struct xs_queue *q, const void *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        q->buf[(q->head + q->used + i) % q->size] = ((const char *)data)[i];
    q->used += len;
}

// out may be NULL to skip.
static void queue_take(struct xs_queue *q, void *out, size_t len)
{
    for (size_t i = 0; out && i < len; i++)
        ((char *)out)[i] = q->buf[(q->head + i) % q->size];
    q->head = (q->head + len) % q->size;
    q->used -= len;
}

static struct xs_watch *watch_find(uint32_t id)
{
    struct xs_watch *w = watches;

    while (w && w->id != id)
        w = w->next;
    return w;
}

static void queue_event(struct xs_watch *w, const char *path)
{
    struct record r = {w->id, strlen(path) + 1};
    struct xs_queue *q = w->queue;

    if (sizeof(r) + r.path_size <= q->size - q->used) {
        queue_put(q, &r, sizeof(r));
        queue_put(q, path, r.path_size);
    } else {
        w->lost = q->lost = true;
    }
    waitq_wake_all(&q->waitq);
}

static bool token_id(const char *token, uint32_t *id)
{
    return wire_number(token, strlen(token), UINT32_MAX, id);
}

void watch_event(const char *path, const char *token)
{
    uint32_t id;
    struct xs_watch *w = token_id(token, &id) ? watch_find(id) : NULL;

    if (!w || !wire_path_below(path, w->path)) {
        client_count_stray();
        return;
    }
    watch_events++;
    queue_event(w, path);
}

static void list_add(struct xs_watch *w)
{
    w->next = NULL;
    *last = w;
    last = &w->next;
}

static void list_remove(struct xs_watch *w)
{
    struct xs_watch **p = &watches;

    while (*p && *p != w)
        p = &(*p)->next;
    if (!*p)
        return;
    *p = w->next;
    if (last == &w->next)
        last = p;
}

static struct conn_request request(uint32_t type, const struct xs_watch *w)
{
    return (struct conn_request){
        .type = type,
        .parts = {{w->path, strlen(w->path) + 1}, {w->token, strlen(w->token) + 1}},
    };
}

// Setting the watches again on a new connection, one after another.
static struct {
    struct conn_request r;
    struct xs_watch *at;
} again;

static void again_next(uint32_t after);

static void again_completed(struct conn_request *r)
{
    struct xs_watch *w = again.at;

    if (r->rc == -XEN_EIO)
        return; // the new connection is broken too: another may come
    if (r->rc && r->rc != -XEN_EEXIST)
        printk("xenstore: the watch of %s is lost: error %d\n", w->path, r->rc);
    again_next(w->id);
}

static void again_next(uint32_t after)
{
    struct xs_watch *w = watches;

    while (w && (!w->set || w->id <= after))
        w = w->next;
    again.at = w;
    if (!w)
        return;
    again.r = request(XS_WATCH, w);
    again.r.completed = again_completed;
    client_submit_locked(&again.r);
}

void watch_again(void)
{
    if (again.at)
        client_cancel_locked(&again.r);
    again_next(0);
}

int xs_watch(struct xs_watch *w, const char *path, struct xs_queue *q, const struct xs_how *how)
{
    struct call c;
    unsigned long flags;
    long rc;

    if (!wire_path_valid(path, true) || q->size < XS_QUEUE_MIN)
        return client_fail(XS_WATCH, path, -XEN_EINVAL, "not a path that can be watched", how);
    // Known before it is set: the first event can come before the reply.
    flags = sched_lock();
    *w = (struct xs_watch){.path = path, .queue = q, .id = ++last_id};
    ksnprintf(w->token, sizeof(w->token), "%u", w->id);
    list_add(w);
    sched_unlock(flags);
    c = (struct call){.r = request(XS_WATCH, w)};
    rc = client_call(&c, path, how);
    flags = sched_lock();
    // A connection that began anew between request and reply may have had it twice.
    if (rc >= 0 || rc == -XEN_EEXIST)
        w->set = true;
    else
        list_remove(w);
    sched_unlock(flags);
    return w->set ? 0 : rc;
}

int xs_unwatch(struct xs_watch *w, const struct xs_how *how)
{
    struct call c = {.r = request(XS_UNWATCH, w)};
    unsigned long flags = sched_lock();
    long rc;

    w->set = false;
    list_remove(w);
    if (again.at == w) {
        client_cancel_locked(&again.r);
        again_next(w->id);
    }
    sched_unlock(flags);
    rc = client_call(&c, w->path, how);
    return rc < 0 ? rc : 0;
}

static bool take_event(struct xs_queue *q, struct xs_watch **w, char *path, size_t size)
{
    while (q->used) {
        struct record r;
        size_t n;

        queue_take(q, &r, sizeof(r));
        *w = watch_find(r.watch);
        n = r.path_size < size ? r.path_size : size;
        queue_take(q, *w ? path : NULL, n);
        queue_take(q, NULL, r.path_size - n);
        if (*w) {
            path[n - 1] = '\0';
            return true;
        }
    }
    return false;
}

static bool take_lost(struct xs_queue *q, struct xs_watch **out, char *path, size_t size)
{
    for (struct xs_watch *w = q->lost ? watches : NULL; w; w = w->next) {
        if (w->queue == q && w->lost) {
            w->lost = false;
            *out = w;
            ksnprintf(path, size, "%s", w->path);
            return true;
        }
    }
    q->lost = false;
    return false;
}

int xs_next_event(struct xs_queue *q, struct xs_watch **w, char *path, size_t size, ns_t deadline)
{
    unsigned long flags;
    bool taken;
    int rc = 0;

    if (!size)
        return -XEN_EINVAL;
    flags = sched_lock();
    while (!(taken = take_event(q, w, path, size) || take_lost(q, w, path, size)) && !rc)
        rc = waitq_wait_locked(&q->waitq, deadline);
    sched_unlock(flags);
    return taken ? 0 : rc;
}
