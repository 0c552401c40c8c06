// SPDX-License-Identifier: BSD-3-Clause
// Reading directories. Position 0 is ".", 1 is "..", then the children in the order of the archive.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/tree.h"
#include "libc.h"

struct __dirstream {
    int fd;
    struct fs_node *directory, *child; // child: the one at `position`
    long position;
    struct dirent entry;
    struct dirent64 entry64;
};

DIR *fdopendir(int fd)
{
    struct fs_node *n;
    int rc = fs_base(fd, &n);

    if (!rc && !n)
        rc = -EBADF;
    if (rc) {
        errno = -rc;
        return NULL;
    }
    DIR *d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    d->fd = fd;
    d->directory = n;
    d->child = n->children;
    return d;
}

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);

    if (fd >= 0 && !d)
        close(fd);
    return d;
}

int closedir(DIR *d)
{
    int fd = d->fd;

    free(d);
    return close(fd);
}

int dirfd(DIR *d)
{
    return d->fd;
}

static const struct fs_node *next_node(DIR *d, const char **name)
{
    const struct fs_node *n = d->child;

    if (d->position < 2) {
        n = d->position ? d->directory->parent : d->directory;
        *name = d->position ? ".." : ".";
    } else if (n) {
        *name = n->name;
        d->child = n->next;
    }
    if (n)
        d->position++;
    return n;
}

static unsigned char type_of(const struct fs_node *n)
{
    return (unsigned char)IFTODT(n->mode);
}

// A name is at most NAME_MAX bytes: the tree takes no longer ones.
struct dirent *readdir(DIR *d)
{
    const char *name;
    const struct fs_node *n = next_node(d, &name);

    if (!n)
        return NULL;
    d->entry.d_ino = n->inode;
    d->entry.d_off = d->position;
    d->entry.d_reclen = sizeof(d->entry);
    d->entry.d_type = type_of(n);
    strcpy(d->entry.d_name, name);
    return &d->entry;
}

struct dirent64 *readdir64(DIR *d)
{
    const char *name;
    const struct fs_node *n = next_node(d, &name);

    if (!n)
        return NULL;
    d->entry64.d_ino = n->inode;
    d->entry64.d_off = d->position;
    d->entry64.d_reclen = sizeof(d->entry64);
    d->entry64.d_type = type_of(n);
    strcpy(d->entry64.d_name, name);
    return &d->entry64;
}

long telldir(DIR *d)
{
    return d->position;
}

void seekdir(DIR *d, long position)
{
    d->child = d->directory->children;
    d->position = position < 2 ? position : 2;
    while (d->position < position && d->child) {
        d->child = d->child->next;
        d->position++;
    }
}

void rewinddir(DIR *d)
{
    seekdir(d, 0);
}
