// SPDX-License-Identifier: BSD-3-Clause
// Xenstore, the tree of small values that domains configure one another with (xen:
// docs/misc/xenstore.txt; xen/include/public/io/xs_wire.h).
//
// A path without a leading slash is relative to the guest's own directory, /local/domain/N. The
// connection is made at the first use. Any number of threads may have requests in flight; each
// waits for its own reply. All functions: thread context. They return -errno:
//
//   -EINVAL     not a path that xenstore has, or another argument that cannot be sent
//   -E2BIG      longer than the protocol's 4096 bytes
//   -ETIMEDOUT  no reply in time. The request may still be carried out.
//   -ENOBUFS    the reply is longer than the buffer (nothing of it is promised)
//   -EBADMSG    a reply that breaks the protocol
//   -EIO        there is no xenstore, or the connection is broken and could not be made anew
//   -EAGAIN     of a transaction: begin it anew
//   others      as xenstore said: -ENOENT, -EACCES, -EEXIST, -ENOSPC, ...
//
// Values come from other domains: bytes, not strings, and not to be believed.
#ifndef HALVM_XENBUS_H
#define HALVM_XENBUS_H

#include <halvm/sched.h>
#include <halvm/types.h>

#define XS_TIMEOUT_NS (30 * NS_PER_SEC) // where no deadline is given
#define XS_VALUE_MAX  4096
#define XS_PATH_MAX   3072
#define XS_WHY_MAX    160

struct xs_tx;

// How a request is made. NULL, or zeroes in a field, for the usual.
struct xs_how {
    const struct xs_tx *tx; // inside this transaction
    ns_t deadline;          // monotonic; NS_NEVER for none; 0: XS_TIMEOUT_NS from now
    char *why;              // XS_WHY_MAX bytes: on failure, a sentence with operation and path
};

// The value of a node, without a terminating NUL: its length, at most size.
long xs_read(const char *path, void *buf, size_t size, const struct xs_how *how);
// The same as a string: NUL-terminated, size includes the NUL. A value with a NUL in it is
// -EBADMSG.
long xs_read_string(const char *path, char *buf, size_t size, const struct xs_how *how);
// A node that is to hold an unsigned decimal number of at most max; -EBADMSG for another value.
int xs_read_number(const char *path, uint32_t max, uint32_t *out, const struct xs_how *how);
// Missing parents are made. 0.
int xs_write(const char *path, const void *value, size_t len, const struct xs_how *how);
int xs_write_string(const char *path, const char *value, const struct xs_how *how);
// Make a node with an empty value; one that exists is left as it is. 0.
int xs_mkdir(const char *path, const struct xs_how *how);
// Remove a node and all below it; one that does not exist is no error, a missing parent is. 0.
int xs_rm(const char *path, const struct xs_how *how);
// The children's names, as NUL-terminated strings one after another: how many; *len (may be NULL)
// is their length in buf with the NULs.
long xs_directory(const char *path, char *buf, size_t size, size_t *len, const struct xs_how *how);

// What a domain may do with a node; in the first of a list the owner, and what all others may do.
struct xs_perm {
    halvm_domid_t domain;
    char right; // 'n' nothing, 'r' read, 'w' write, 'b' both
};
// How many; at most max are written.
long xs_get_perms(const char *path, struct xs_perm *perms, size_t max, const struct xs_how *how);
int xs_set_perms(const char *path, const struct xs_perm *perms, size_t n, const struct xs_how *how);

// A transaction: what is read and written in it is one step for all others, or nothing. xs_tx_end()
// with commit gives -EAGAIN when others came between (or the guest was moved to another host):
// begin anew.
struct xs_tx {
    uint32_t id, epoch;
};
int xs_tx_start(struct xs_tx *tx, const struct xs_how *how);
int xs_tx_end(struct xs_tx *tx, bool commit, const struct xs_how *how);

// Watches. Events go to a queue of the watcher's, and wait there; several watches may share one.
// A queue that is full forgets where below a watch's path something changed, never that something
// did: the event then has the watch's own path.
struct xs_queue {
    struct waitq waitq; // woken for each event
    char *buf;          // the rest is ours
    size_t size, head, used;
    bool lost;
};
// Give the queue its memory, which must stay. size: at least XS_QUEUE_MIN bytes.
#define XS_QUEUE_MIN 256
void xs_queue_init(struct xs_queue *q, void *buf, size_t size);

struct xs_watch {
    const char *path; // the caller's, and must stay
    struct xs_queue *queue;
    struct xs_watch *next; // the rest is ours
    uint32_t id;
    bool set, lost;
    char token[12];
};
// Watch a path (or "@introduceDomain", "@releaseDomain") and everything below. The first event
// comes at once, with the path itself; others may come without a cause. Watches survive suspend,
// restore and migration, with an event like the first. The record must stay until xs_unwatch().
int xs_watch(struct xs_watch *w, const char *path, struct xs_queue *q, const struct xs_how *how);
// No event of it is given out after this, whatever the result.
int xs_unwatch(struct xs_watch *w, const struct xs_how *how);
// Wait for an event of any watch of the queue. 0 with *w and its path (cut to size,
// NUL-terminated), or -ETIMEDOUT.
int xs_next_event(struct xs_queue *q, struct xs_watch **w, char *path, size_t size, ns_t deadline);

// Counters since the start.
struct xs_stats {
    uint64_t requests, events;
    uint64_t strays;     // replies to nobody, and events of no watch: dropped
    uint64_t reconnects; // the connection was broken, and made anew
};
void xs_get_stats(struct xs_stats *out);

#endif
