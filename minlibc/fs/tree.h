// SPDX-License-Identifier: BSD-3-Clause
// The file system: a read-only tree in memory. Its files are the members of the archive that the
// guest was given as its ramdisk, or the ramdisk itself as /ramdisk when it is no archive; /dev has
// the devices and, in any case, /dev/ramdisk. It is built when the first path is looked up. Nodes
// are never freed.
#ifndef MINLIBC_FS_TREE_H
#define MINLIBC_FS_TREE_H

#include <sys/stat.h>

#include "fd/file.h"

struct fs_node {
    struct fs_node *parent;                       // of the root: itself
    struct fs_node *children, *last_child, *next; // in the order of the archive
    struct fs_node *bucket_next, *all_next;
    const struct file_ops *device; // what opening it gives, for a device
    const char *target;            // of a symbolic link
    const void *data;
    uint64_t size;
    int64_t mtime;
    uint64_t link_group;
    unsigned int mode, links;
    ino_t inode;
    char name[];
};

// Find a path, relative to base (NULL: the current directory). follow: a symbolic link at the end
// too. 0, -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -ENOMEM.
int fs_lookup(struct fs_node *base, const char *path, bool follow, struct fs_node **out);
void fs_status(const struct fs_node *node, struct stat64 *st);
// The absolute path of a node. -ERANGE when it does not fit.
int fs_path(const struct fs_node *node, char *buf, size_t size);

// The directory that dirfd names (AT_FDCWD: *out is NULL). 0, -EBADF, -ENOTDIR.
int fs_base(int dirfd, struct fs_node **out);
// The node that an open file is of, or NULL.
struct fs_node *fs_node_of(const struct file *f);

int fs_change_directory(struct fs_node *node); // -ENOTDIR
struct fs_node *fs_current_directory(void);

#endif
