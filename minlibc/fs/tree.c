// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <halvm/boot.h>
#include <halvm/time.h>

#include "fd/device.h"
#include "fs/archive.h"
#include "fs/tree.h"

#define BUCKETS_FIRST 64

static struct {
    struct mutex lock; // of building, and of the current directory
    bool built;
    struct fs_node *root, *current, *all;
    struct fs_node **buckets;
    size_t nr_buckets, nr_nodes;
    ino_t next_inode;
} fs;

static size_t hash_of(const struct fs_node *parent, const char *name, size_t len)
{
    // FNV-1a.
    uint32_t h = 2166136261u ^ (uint32_t)parent->inode;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * 16777619u;
    return h;
}

static struct fs_node *child_of(const struct fs_node *parent, const char *name, size_t len)
{
    struct fs_node *n = fs.buckets[hash_of(parent, name, len) & (fs.nr_buckets - 1)];

    while (n && (n->parent != parent || strncmp(n->name, name, len) != 0 || n->name[len]))
        n = n->bucket_next;
    return n;
}

static void bucket_insert(struct fs_node *n)
{
    struct fs_node **head =
        &fs.buckets[hash_of(n->parent, n->name, strlen(n->name)) & (fs.nr_buckets - 1)];

    n->bucket_next = *head;
    *head = n;
}

static bool buckets_grow(void)
{
    size_t nr = fs.nr_buckets ? fs.nr_buckets * 4 : BUCKETS_FIRST;
    struct fs_node **buckets = calloc(nr, sizeof(*buckets));

    if (!buckets)
        return false;
    free(fs.buckets);
    fs.buckets = buckets;
    fs.nr_buckets = nr;
    for (struct fs_node *n = fs.all; n; n = n->all_next)
        bucket_insert(n);
    return true;
}

// A new child; NULL when out of memory.
static struct fs_node *node_create(struct fs_node *parent, const char *name, size_t len,
                                   unsigned int mode)
{
    if (fs.nr_nodes >= fs.nr_buckets && !buckets_grow())
        return NULL;
    struct fs_node *n = calloc(1, sizeof(*n) + len + 1);
    if (!n)
        return NULL;
    memcpy(n->name, name, len);
    n->mode = mode;
    n->links = S_ISDIR(mode) ? 2 : 1;
    n->inode = ++fs.next_inode;
    n->parent = parent ? parent : n;
    bucket_insert(n);
    n->all_next = fs.all;
    fs.all = n;
    fs.nr_nodes++;
    if (!parent)
        return n;
    if (S_ISDIR(mode))
        parent->links++;
    if (parent->last_child)
        parent->last_child->next = n;
    else
        parent->children = n;
    parent->last_child = n;
    return n;
}

// The next component of *path, which moves on. Its length, 0 at the end.
static size_t component(const char **path, const char **name)
{
    while (**path == '/')
        ++*path;
    *name = *path;
    size_t len = strcspn(*path, "/");
    *path += len;
    return len;
}

static bool is_name(const char *name, size_t len, const char *what)
{
    return strlen(what) == len && memcmp(name, what, len) == 0;
}

static void complain(const char *path, const char *why)
{
    dprintf(2, "halvm: ramdisk: %.200s: %s\n", path, why);
}

struct building {
    bool out_of_memory;
};

// Find or make the node of a member, with the directories on the way. NULL: the reason was
// reported, or memory is out.
static struct fs_node *place(const char *path, unsigned int mode, struct building *b)
{
    struct fs_node *n = fs.root;
    const char *rest = path, *name;
    size_t len;

    while ((len = component(&rest, &name))) {
        if (is_name(name, len, "."))
            continue;
        if (is_name(name, len, "..") || len > NAME_MAX) {
            complain(path, "left out: its name has .. in it or is too long");
            return NULL;
        }
        if (!S_ISDIR(n->mode)) {
            complain(path, "left out: lies below something that is no directory");
            return NULL;
        }
        struct fs_node *next = child_of(n, name, len);
        bool last = !rest[strspn(rest, "/")];
        if (!next) {
            next = node_create(n, name, len, last ? mode : S_IFDIR | 0755);
            if (!next) {
                b->out_of_memory = true;
                return NULL;
            }
            if (!last)
                next->mtime = fs.root->mtime;
        }
        n = next;
    }
    if (S_ISDIR(n->mode) != S_ISDIR(mode)) {
        complain(path, "left out: is a directory in one place and none in another");
        return NULL;
    }
    n->mode = mode;
    return n;
}

static bool add_hard_link(struct fs_node *n, const struct archive_member *m)
{
    struct fs_node *to = fs.root;
    const char *rest = m->target, *name;
    size_t len;

    while (to && (len = component(&rest, &name))) {
        if (!is_name(name, len, "."))
            to = child_of(to, name, len);
    }
    if (!to || !S_ISREG(to->mode)) {
        complain(m->path, "hard link to something that is not there");
        return true;
    }
    n->data = to->data;
    n->size = to->size;
    n->inode = to->inode;
    n->links = ++to->links;
    return true;
}

static bool add_member(void *context, const struct archive_member *m)
{
    struct building *b = context;
    unsigned int type = m->mode & S_IFMT;

    if (type != S_IFREG && type != S_IFDIR && type != S_IFLNK) {
        complain(m->path, "left out: neither file, directory nor symbolic link");
        return true;
    }
    struct fs_node *n = place(m->path, m->mode, b);
    if (!n)
        return !b->out_of_memory;
    n->mtime = m->mtime;
    n->data = m->data;
    n->size = m->size;
    n->link_group = m->link_group;
    if (type == S_IFLNK) {
        n->target = strdup(m->target);
        n->size = strlen(m->target);
        b->out_of_memory = !n->target;
    } else if (m->hard_link) {
        return add_hard_link(n, m);
    }
    return !b->out_of_memory;
}

static int by_group(const void *a, const void *b)
{
    const struct fs_node *x = *(struct fs_node *const *)a, *y = *(struct fs_node *const *)b;

    if (x->link_group != y->link_group)
        return x->link_group < y->link_group ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

// cpio stores the contents of a file that has several names with the last of them.
static bool join_groups(void)
{
    size_t nr = 0;

    for (struct fs_node *n = fs.all; n; n = n->all_next)
        nr += n->link_group != 0;
    if (!nr)
        return true;
    struct fs_node **grouped = calloc(nr, sizeof(*grouped));
    if (!grouped)
        return false;
    nr = 0;
    for (struct fs_node *n = fs.all; n; n = n->all_next) {
        if (n->link_group)
            grouped[nr++] = n;
    }
    qsort(grouped, nr, sizeof(*grouped), by_group);
    for (size_t i = 0, end; i < nr; i = end) {
        const struct fs_node *holder = grouped[i];
        for (end = i; end < nr && grouped[end]->link_group == grouped[i]->link_group; end++) {
            if (grouped[end]->size)
                holder = grouped[end];
        }
        for (size_t j = i; j < end; j++) {
            grouped[j]->data = holder->data;
            grouped[j]->size = holder->size;
            grouped[j]->inode = holder->inode;
            grouped[j]->links = (unsigned int)(end - i);
        }
    }
    free(grouped);
    return true;
}

static struct fs_node *add_file(struct fs_node *parent, const char *name, unsigned int mode)
{
    struct fs_node *n = child_of(parent, name, strlen(name));

    if (!n)
        n = node_create(parent, name, strlen(name), mode);
    if (n) {
        n->mode = mode;
        n->mtime = fs.root->mtime;
    }
    return n;
}

static bool add_raw(struct fs_node *parent)
{
    struct fs_node *n = add_file(parent, "ramdisk", S_IFREG | 0444);

    if (!n)
        return false;
    n->data = boot_info->ramdisk;
    n->size = boot_info->ramdisk_size;
    return true;
}

static bool add_devices(void)
{
    struct fs_node *dev = add_file(fs.root, "dev", S_IFDIR | 0755);
    const struct device *d;

    if (!dev)
        return false;
    for (size_t i = 0; (d = device_nth(i)); i++) {
        struct fs_node *n = add_file(dev, d->name, S_IFCHR | 0666);
        if (!n)
            return false;
        n->device = d->ops;
    }
    return !boot_info->ramdisk || add_raw(dev);
}

static bool add_ramdisk(void)
{
    struct building b = {};
    size_t offset;

    if (!boot_info->ramdisk)
        return true;
    if (archive_detect(boot_info->ramdisk, boot_info->ramdisk_size) == ARCHIVE_NONE)
        return add_raw(fs.root);
    const char *defect =
        archive_walk(boot_info->ramdisk, boot_info->ramdisk_size, add_member, &b, &offset);
    if (defect)
        dprintf(2, "halvm: ramdisk: offset %zu: %s; what comes before it is there\n", offset,
                defect);
    return !b.out_of_memory;
}

// 0 or -ENOMEM. What was built stays, so that a second try would only repeat the failure.
static int build(void)
{
    if (fs.built)
        return fs.current ? 0 : -ENOMEM;
    fs.built = true;
    if (!buckets_grow())
        return -ENOMEM;
    struct fs_node *root = node_create(NULL, "", 0, S_IFDIR | 0755);
    if (!root)
        return -ENOMEM;
    root->mtime = (int64_t)(time_wall() / NS_PER_SEC);
    fs.root = root;
    if (!add_ramdisk() || !join_groups() || !add_devices())
        return -ENOMEM;
    fs.current = root;
    return 0;
}

static int ensure_built(void)
{
    mutex_lock(&fs.lock);
    int rc = build();
    mutex_unlock(&fs.lock);
    return rc;
}

#define LINKS_MAX 40

int fs_lookup(struct fs_node *base, const char *path, bool follow, struct fs_node **out)
{
    char buf[PATH_MAX];
    unsigned int links = 0;
    int rc = ensure_built();

    if (rc)
        return rc;
    if (!*path)
        return -ENOENT;
    struct fs_node *n = *path == '/' ? fs.root : base ? base : fs_current_directory();
    const char *rest = path, *name;
    size_t len;
    while ((len = component(&rest, &name))) {
        if (len > NAME_MAX)
            return -ENAMETOOLONG;
        if (!S_ISDIR(n->mode))
            return -ENOTDIR;
        if (is_name(name, len, "."))
            continue;
        if (is_name(name, len, "..")) {
            n = n->parent;
            continue;
        }
        struct fs_node *next = child_of(n, name, len);
        if (!next)
            return -ENOENT;
        if (S_ISLNK(next->mode) && (follow || *rest)) {
            if (++links > LINKS_MAX)
                return -ELOOP;
            size_t target_len = strlen(next->target), rest_len = strlen(rest);
            if (target_len + rest_len + 1 > sizeof(buf))
                return -ENAMETOOLONG;
            if (!target_len)
                return -ENOENT;
            memmove(buf + target_len, rest, rest_len + 1);
            memcpy(buf, next->target, target_len);
            rest = buf;
            if (*buf == '/')
                n = fs.root;
            continue;
        }
        n = next;
    }
    // "file/" names a directory.
    if (rest[-1] == '/' && !S_ISDIR(n->mode))
        return -ENOTDIR;
    *out = n;
    return 0;
}

void fs_status(const struct fs_node *node, struct stat64 *st)
{
    st->st_dev = 1;
    st->st_ino = node->inode;
    st->st_mode = node->mode;
    st->st_nlink = node->links;
    st->st_size = (off64_t)node->size;
    st->st_blksize = 4096;
    st->st_blocks = (blkcnt64_t)((node->size + 511) / 512);
    st->st_atim.tv_sec = st->st_mtim.tv_sec = st->st_ctim.tv_sec = (time_t)node->mtime;
}

int fs_path(const struct fs_node *node, char *buf, size_t size)
{
    size_t len = node == fs.root;

    for (const struct fs_node *n = node; n != fs.root; n = n->parent)
        len += strlen(n->name) + 1;
    if (len >= size)
        return -ERANGE;
    buf[len] = 0;
    if (node == fs.root)
        *buf = '/';
    for (; node != fs.root; node = node->parent) {
        size_t name_len = strlen(node->name);
        len -= name_len;
        memcpy(buf + len, node->name, name_len);
        buf[--len] = '/';
    }
    return 0;
}

int fs_change_directory(struct fs_node *node)
{
    if (!S_ISDIR(node->mode))
        return -ENOTDIR;
    mutex_lock(&fs.lock);
    fs.current = node;
    mutex_unlock(&fs.lock);
    return 0;
}

struct fs_node *fs_current_directory(void)
{
    return ensure_built() ? NULL : fs.current;
}
