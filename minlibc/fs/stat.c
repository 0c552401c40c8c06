// SPDX-License-Identifier: BSD-3-Clause
// What is known about files: stat() and its kin, access(), links, the current directory.
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree.h"
#include "libc.h"

static int lookup_at(int dirfd, const char *path, bool follow, struct fs_node **n)
{
    struct fs_node *base = NULL;
    int rc = *path == '/' ? 0 : fs_base(dirfd, &base);

    return rc ? rc : fs_lookup(base, path, follow, n);
}

static int status_of_fd(int fd, struct stat64 *st)
{
    struct file *f = fd_get(fd);
    int rc = 0;

    if (!f)
        return -EBADF;
    memset(st, 0, sizeof(*st));
    st->st_dev = 2;
    st->st_nlink = 1;
    st->st_mode = 0600;
    st->st_blksize = 4096;
    if (f->ops->status)
        rc = f->ops->status(f, st);
    file_put(f);
    return rc;
}

static int status_at(int dirfd, const char *path, int flags, struct stat64 *st)
{
    struct fs_node *n;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT))
        return -EINVAL;
    if (!*path && flags & AT_EMPTY_PATH && dirfd != AT_FDCWD)
        return status_of_fd(dirfd, st);
    int rc = lookup_at(dirfd, path, !(flags & AT_SYMLINK_NOFOLLOW), &n);
    if (rc)
        return rc;
    memset(st, 0, sizeof(*st));
    fs_status(n, st);
    return 0;
}

// The old structure is narrower on 32-bit machines.
static int narrow(int rc, const struct stat64 *from, struct stat *to)
{
    if (rc)
        return libc_fail(-rc);
    memset(to, 0, sizeof(*to));
    to->st_dev = from->st_dev;
    to->st_ino = (ino_t)from->st_ino;
    to->st_mode = from->st_mode;
    to->st_nlink = from->st_nlink;
    to->st_rdev = from->st_rdev;
    to->st_size = (off_t)from->st_size;
    to->st_blksize = from->st_blksize;
    to->st_blocks = (blkcnt_t)from->st_blocks;
    to->st_atim = from->st_atim;
    to->st_mtim = from->st_mtim;
    to->st_ctim = from->st_ctim;
    return to->st_size == from->st_size ? 0 : libc_fail(EOVERFLOW);
}

int stat(const char *restrict path, struct stat *restrict st)
{
    struct stat64 wide;
    return narrow(status_at(AT_FDCWD, path, 0, &wide), &wide, st);
}

int lstat(const char *restrict path, struct stat *restrict st)
{
    struct stat64 wide;
    return narrow(status_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &wide), &wide, st);
}

int fstat(int fd, struct stat *st)
{
    struct stat64 wide;
    return narrow(status_of_fd(fd, &wide), &wide, st);
}

int fstatat(int dirfd, const char *restrict path, struct stat *restrict st, int flags)
{
    struct stat64 wide;
    return narrow(status_at(dirfd, path, flags, &wide), &wide, st);
}

int stat64(const char *restrict path, struct stat64 *restrict st)
{
    return (int)libc_result(status_at(AT_FDCWD, path, 0, st));
}

int lstat64(const char *restrict path, struct stat64 *restrict st)
{
    return (int)libc_result(status_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, st));
}

int fstat64(int fd, struct stat64 *st)
{
    return (int)libc_result(status_of_fd(fd, st));
}

int fstatat64(int dirfd, const char *restrict path, struct stat64 *restrict st, int flags)
{
    return (int)libc_result(status_at(dirfd, path, flags, st));
}

// The program is root, who may read all; nothing but a device may be written.
int faccessat(int dirfd, const char *path, int mode, int flags)
{
    struct fs_node *n;

    if (mode & ~(R_OK | W_OK | X_OK) || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW))
        return libc_fail(EINVAL);
    int rc = lookup_at(dirfd, path, !(flags & AT_SYMLINK_NOFOLLOW), &n);
    if (!rc && mode & W_OK && !n->device)
        rc = -EROFS;
    else if (!rc && mode & X_OK && !S_ISDIR(n->mode) && !(n->mode & 0111))
        rc = -EACCES;
    return (int)libc_result(rc);
}

int access(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, 0);
}

int euidaccess(const char *path, int mode)
{
    return access(path, mode);
}

ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict buf, size_t size)
{
    struct fs_node *n;
    int rc = lookup_at(dirfd, path, false, &n);

    if (rc)
        return libc_fail(-rc);
    if (!S_ISLNK(n->mode) || !size)
        return libc_fail(EINVAL);
    size_t len = strlen(n->target);
    if (len > size)
        len = size;
    memcpy(buf, n->target, len);
    return (ssize_t)len;
}

ssize_t readlink(const char *restrict path, char *restrict buf, size_t size)
{
    return readlinkat(AT_FDCWD, path, buf, size);
}

static char *path_into(const struct fs_node *n, char *buf, size_t size)
{
    char *own = buf ? NULL : malloc(size);

    if (!buf && !own)
        return NULL;
    int rc = fs_path(n, buf ? buf : own, size);
    if (!rc)
        return buf ? buf : own;
    free(own);
    errno = -rc;
    return NULL;
}

char *realpath(const char *restrict path, char *restrict buf)
{
    struct fs_node *n;
    int rc = fs_lookup(NULL, path, true, &n);

    if (rc) {
        errno = -rc;
        return NULL;
    }
    return path_into(n, buf, PATH_MAX);
}

char *canonicalize_file_name(const char *path)
{
    return realpath(path, NULL);
}

char *getcwd(char *buf, size_t size)
{
    const struct fs_node *n = fs_current_directory();

    if (!n || (buf && !size)) {
        errno = n ? EINVAL : ENOMEM;
        return NULL;
    }
    return path_into(n, buf, size ? size : PATH_MAX);
}

char *get_current_dir_name(void)
{
    return getcwd(NULL, 0);
}

int chdir(const char *path)
{
    struct fs_node *n;
    int rc = fs_lookup(NULL, path, true, &n);
    return (int)libc_result(rc ? rc : fs_change_directory(n));
}

int fchdir(int fd)
{
    struct fs_node *n;
    int rc = fs_base(fd, &n);

    if (!rc && !n)
        rc = -EBADF;
    return (int)libc_result(rc ? rc : fs_change_directory(n));
}
