// SPDX-License-Identifier: BSD-3-Clause
// Open files and the table of file descriptors. Errors are negative errno.
//
// Readiness. Whatever can be waited for (console, pipe, eventfd, and what other rooms add)
// announces each change of its readiness by fd_notify(), which is safe in an interrupt. There is
// one wait queue for all of it, that of the console, so that a wait for the console and for
// anything else is one wait; and one generation count, so that nothing that happens between looking
// and sleeping is missed:
//     generation = fd_generation(); look at the files; if nothing is ready: fd_wait(generation,
//     ...), and again.
// A blocking read() or write() of one object does not use that queue but a condition variable of
// its own.
#ifndef MINLIBC_FD_FILE_H
#define MINLIBC_FD_FILE_H

#include <sys/stat.h>
#include <sys/types.h>
#include <halvm/sched.h>

#define FD_MAX 1024

struct file;
struct epoll_watch;

// What a look at several files found that matters for the wait.
struct fd_look {
    bool console; // console input counts: it does not come through fd_notify()
};

// A NULL member: read, write -EBADF; seek -ESPIPE; poll: always ready; status: an anonymous object;
// release: nothing to do.
struct file_ops {
    long (*read)(struct file *f, void *buf, size_t len);
    long (*write)(struct file *f, const void *buf, size_t len);
    // At an offset, without moving the file's own. NULL: -ESPIPE.
    long (*read_at)(struct file *f, void *buf, size_t len, off64_t offset);
    off64_t (*seek)(struct file *f, off64_t offset, int whence);
    // The POLLIN, POLLOUT, POLLHUP, POLLERR that hold now.
    unsigned int (*poll)(struct file *f, struct fd_look *look);
    int (*status)(struct file *f, struct stat64 *st);
    void (*release)(struct file *f); // the last descriptor is gone
    bool terminal;
};

struct file {
    const struct file_ops *ops;
    unsigned int refs;
    int flags;         // O_ACCMODE | O_NONBLOCK | O_APPEND
    struct mutex lock; // protects offset
    off64_t offset;
    void *data;
    struct epoll_watch *watches; // of epoll sets, under their lock
};

// Open 0, 1 and 2 on the console. Once, before anything else here.
void fd_start(void);

// A new file with one reference, or NULL.
struct file *file_create(const struct file_ops *ops, int flags, void *data);
void file_put(struct file *f);

// The lowest descriptor >= least that is free; takes over the caller's reference, also on failure.
// -EMFILE, -EINVAL.
int fd_install(struct file *f, int least, bool cloexec);
// A descriptor's file with a reference of its own, or NULL.
struct file *fd_get(int fd);
// Make `to` refer to what `from` refers to. -EBADF.
int fd_replace(int from, int to, bool cloexec);
int fd_close(int fd);
// FD_CLOEXEC or 0; set it when to >= 0. -EBADF.
int fd_cloexec(int fd, int to);

void fd_notify(void);             // any context
unsigned int fd_generation(void); // any context
// Sleep until the generation is another, console input is there (if it counts), or the deadline. 0
// or -ETIMEDOUT.
int fd_wait(unsigned int generation, const struct fd_look *look, ns_t deadline);

// The POLL* bits that hold for a file now.
unsigned int file_poll(struct file *f, struct fd_look *look);

#endif
