// SPDX-License-Identifier: BSD-3-Clause
// Everything that would change the file system: it is read-only. A path that is not there is
// reported as that.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "fs/tree.h"
#include "libc.h"

// For what changes something that exists.
static int refuse_change(const char *path)
{
    struct fs_node *n;
    int rc = fs_lookup(NULL, path, false, &n);
    return libc_fail(rc ? -rc : EROFS);
}

// For what makes something new.
static int refuse_new(const char *path)
{
    struct fs_node *n;
    int rc = fs_lookup(NULL, path, false, &n);
    return libc_fail(!rc ? EEXIST : rc == -ENOENT ? EROFS : -rc);
}

static int refuse_fd(int fd, int err)
{
    return libc_fail(fd_cloexec(fd, -1) < 0 ? EBADF : err);
}

int mkdir(const char *path, mode_t mode)
{
    (void)mode;
    return refuse_new(path);
}

int mkfifo(const char *path, mode_t mode)
{
    (void)mode;
    return refuse_new(path);
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
    (void)mode;
    (void)dev;
    return refuse_new(path);
}

int link(const char *from, const char *to)
{
    (void)from;
    return refuse_new(to);
}

int symlink(const char *target, const char *path)
{
    (void)target;
    return refuse_new(path);
}

int unlink(const char *path)
{
    return refuse_change(path);
}

int rmdir(const char *path)
{
    return refuse_change(path);
}

int remove(const char *path)
{
    return refuse_change(path);
}

int rename(const char *from, const char *to)
{
    (void)to;
    return refuse_change(from);
}

int chmod(const char *path, mode_t mode)
{
    (void)mode;
    return refuse_change(path);
}

int fchmod(int fd, mode_t mode)
{
    (void)mode;
    return refuse_fd(fd, EROFS);
}

int chown(const char *path, uid_t user, gid_t group)
{
    (void)user;
    (void)group;
    return refuse_change(path);
}

int lchown(const char *path, uid_t user, gid_t group)
{
    return chown(path, user, group);
}

int fchown(int fd, uid_t user, gid_t group)
{
    (void)user;
    (void)group;
    return refuse_fd(fd, EROFS);
}

int utime(const char *path, const struct utimbuf *times)
{
    (void)times;
    return refuse_change(path);
}

int utimes(const char *path, const struct timeval times[2])
{
    (void)times;
    return refuse_change(path);
}

int lutimes(const char *path, const struct timeval times[2])
{
    return utimes(path, times);
}

int futimes(int fd, const struct timeval times[2])
{
    (void)times;
    return refuse_fd(fd, EROFS);
}

int futimens(int fd, const struct timespec times[2])
{
    (void)times;
    return refuse_fd(fd, EROFS);
}

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
    (void)dirfd;
    (void)times;
    (void)flags;
    return refuse_change(path);
}

int truncate64(const char *path, off64_t size)
{
    (void)size;
    return refuse_change(path);
}

int truncate(const char *path, off_t size)
{
    return truncate64(path, size);
}

// Nothing that has a length can be open for writing.
int ftruncate64(int fd, off64_t size)
{
    (void)size;
    return refuse_fd(fd, EINVAL);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

// The permissions that the next new file would not get.
mode_t umask(mode_t mask)
{
    static mode_t current = 022;
    return __atomic_exchange_n(&current, mask & 0777, __ATOMIC_RELAXED);
}

static int refuse_temporary(const char *template)
{
    (void)template;
    return libc_fail(EROFS);
}

int mkstemp(char *template)
{
    return refuse_temporary(template);
}

int mkstemp64(char *template)
{
    return refuse_temporary(template);
}

int mkstemps(char *template, int suffix)
{
    (void)suffix;
    return refuse_temporary(template);
}

int mkstemps64(char *template, int suffix)
{
    (void)suffix;
    return refuse_temporary(template);
}

int mkostemp(char *template, int flags)
{
    (void)flags;
    return refuse_temporary(template);
}

int mkostemp64(char *template, int flags)
{
    (void)flags;
    return refuse_temporary(template);
}

int mkostemps(char *template, int suffix, int flags)
{
    (void)suffix;
    (void)flags;
    return refuse_temporary(template);
}

int mkostemps64(char *template, int suffix, int flags)
{
    (void)suffix;
    (void)flags;
    return refuse_temporary(template);
}

char *mkdtemp(char *template)
{
    refuse_temporary(template);
    return NULL;
}

FILE *tmpfile64(void)
{
    errno = EROFS;
    return NULL;
}

FILE *tmpfile(void)
{
    return tmpfile64();
}
