// SPDX-License-Identifier: BSD-3-Clause
// cpio: the "newc" format as Linux's initramfs documentation describes it. tar: POSIX ustar and
// pax, GNU long names and base-256 numbers.
#include <string.h>
#include <sys/stat.h>

#include "fs/archive.h"

#define OUT_OF_MEMORY "out of memory"

struct walk {
    const unsigned char *data;
    size_t size;
    size_t at; // offset of the header that is looked at
    archive_visit_fn *visit;
    void *context;
};

// --- cpio ---

#define CPIO_HEADER  110
#define CPIO_TRAILER "TRAILER!!!"

enum cpio_field {
    CPIO_INO,
    CPIO_MODE,
    CPIO_UID,
    CPIO_GID,
    CPIO_NLINK,
    CPIO_MTIME,
    CPIO_FILESIZE,
    CPIO_DEVMAJOR,
    CPIO_DEVMINOR,
    CPIO_RDEVMAJOR,
    CPIO_RDEVMINOR,
    CPIO_NAMESIZE,
    CPIO_CHECK,
    CPIO_FIELDS
};

static bool cpio_is_header(const unsigned char *h)
{
    return memcmp(h, "070701", 6) == 0 || memcmp(h, "070702", 6) == 0;
}

static bool cpio_fields(const unsigned char *h, uint32_t fields[CPIO_FIELDS])
{
    h += 6;
    for (int i = 0; i < CPIO_FIELDS; i++) {
        uint32_t value = 0;
        for (int j = 0; j < 8; j++) {
            unsigned char c = *h++;
            if (c >= '0' && c <= '9')
                c -= '0';
            else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                c = (unsigned char)((c | 0x20) - 'a' + 10);
            else
                return false;
            value = value << 4 | c;
        }
        fields[i] = value;
    }
    return true;
}

static size_t pad4(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

static const char *cpio_walk(struct walk *w)
{
    char target[ARCHIVE_PATH_MAX];
    uint32_t f[CPIO_FIELDS];

    for (;;) {
        // Archives may follow each other, with zeros between them.
        while (w->at < w->size && !w->data[w->at])
            w->at++;
        if (w->at == w->size)
            return "no trailer: the archive is cut off";
        if (w->size - w->at < CPIO_HEADER)
            return "header is cut off";
        const unsigned char *h = w->data + w->at;
        if (!cpio_is_header(h))
            return "no header where one should be";
        if (!cpio_fields(h, f))
            return "header with a field that is not a number";

        size_t left = w->size - w->at;
        if (f[CPIO_NAMESIZE] < 1 || f[CPIO_NAMESIZE] > ARCHIVE_PATH_MAX)
            return "name of impossible length";
        if (f[CPIO_NAMESIZE] > left - CPIO_HEADER)
            return "name is cut off";
        const char *name = (const char *)h + CPIO_HEADER;
        if (name[f[CPIO_NAMESIZE] - 1])
            return "name without an end";
        // The padding is relative to the header; after the last member it may be missing.
        size_t body = pad4(CPIO_HEADER + f[CPIO_NAMESIZE]);
        if (strcmp(name, CPIO_TRAILER) == 0) {
            w->at += body < left ? body : left;
            while (w->at < w->size && !w->data[w->at])
                w->at++;
            if (w->size - w->at < CPIO_HEADER || !cpio_is_header(w->data + w->at))
                return NULL;
            continue;
        }
        if (f[CPIO_FILESIZE] && (body > left || f[CPIO_FILESIZE] > left - body))
            return "contents are cut off";

        struct archive_member m = {
            .path = name,
            .mode = f[CPIO_MODE],
            .mtime = f[CPIO_MTIME],
        };
        if (S_ISLNK(m.mode)) {
            if (f[CPIO_FILESIZE] >= sizeof(target))
                return "symbolic link that is too long";
            memcpy(target, h + body, f[CPIO_FILESIZE]);
            target[f[CPIO_FILESIZE]] = 0;
            m.target = target;
        } else if (S_ISREG(m.mode)) {
            m.size = f[CPIO_FILESIZE];
            m.data = h + body;
            if (f[CPIO_NLINK] > 1 && f[CPIO_INO])
                m.link_group =
                    ((uint64_t)(f[CPIO_DEVMAJOR] << 8 ^ f[CPIO_DEVMINOR]) << 32) + f[CPIO_INO];
        }
        if (!w->visit(w->context, &m))
            return OUT_OF_MEMORY;
        size_t step = pad4(body + f[CPIO_FILESIZE]);
        w->at += step < left ? step : left;
    }
}

// --- tar ---

#define TAR_BLOCK 512

struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
    char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], pad[12];
};

// Octal, or base 256 when the first bit is set. False when it is neither or too large.
static bool tar_number(const char *field, size_t len, uint64_t *out)
{
    const unsigned char *s = (const unsigned char *)field, *end = s + len;
    uint64_t value = 0;

    if (*s & 0x80) {
        value = *s++ & 0x3f;
        for (; s < end; s++) {
            if (value >> 56)
                return false;
            value = value << 8 | *s;
        }
        *out = value;
        return value <= INT64_MAX;
    }
    while (s < end && *s == ' ')
        s++;
    for (; s < end && *s && *s != ' '; s++) {
        if (*s < '0' || *s > '7' || value >> 60)
            return false;
        value = value * 8 + (unsigned int)(*s - '0');
    }
    *out = value;
    return true;
}

static bool tar_is_header(const unsigned char *block)
{
    const struct tar_header *h = (const struct tar_header *)block;
    size_t at = offsetof(struct tar_header, checksum);
    uint64_t stored;
    unsigned int sum = 0;

    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= at && i < at + sizeof(h->checksum) ? ' ' : block[i];
    return tar_number(h->checksum, sizeof(h->checksum), &stored) && stored == sum;
}

// What long-name members and pax headers say about the member that follows.
struct tar_pending {
    bool has_path, has_target, has_size, has_mtime;
    uint64_t size;
    int64_t mtime;
    char path[ARCHIVE_PATH_MAX], target[ARCHIVE_PATH_MAX];
};

static bool copy_text(char *out, const char *s, size_t len)
{
    len = strnlen(s, len);
    if (len >= ARCHIVE_PATH_MAX)
        return false;
    memcpy(out, s, len);
    out[len] = 0;
    return true;
}

static bool decimal(const char *s, size_t len, uint64_t *out)
{
    uint64_t value = 0;
    size_t i;

    for (i = 0; i < len && s[i] >= '0' && s[i] <= '9'; i++) {
        if (value > INT64_MAX / 10 - 1)
            return false;
        value = value * 10 + (unsigned int)(s[i] - '0');
    }
    *out = value;
    return i > 0 && (i == len || s[i] == '.');
}

static const char *pax_record(struct tar_pending *p, const char *key, size_t key_len,
                              const char *value, size_t len)
{
    if (key_len == 4 && memcmp(key, "path", 4) == 0) {
        p->has_path = true;
        return copy_text(p->path, value, len) ? NULL : "pax path that is too long";
    }
    if (key_len == 8 && memcmp(key, "linkpath", 8) == 0) {
        p->has_target = true;
        return copy_text(p->target, value, len) ? NULL : "pax link that is too long";
    }
    if (key_len == 4 && memcmp(key, "size", 4) == 0) {
        p->has_size = true;
        return decimal(value, len, &p->size) ? NULL : "pax size that is not a number";
    }
    if (key_len == 5 && memcmp(key, "mtime", 5) == 0) {
        uint64_t t;
        p->has_mtime = decimal(value, len, &t);
        p->mtime = p->has_mtime ? (int64_t)t : 0;
    }
    return NULL;
}

// Records "LENGTH KEY=VALUE\n", where LENGTH counts the whole record.
static const char *pax_header(struct tar_pending *p, const char *s, size_t size)
{
    while (size && *s) {
        size_t len = 0, i = 0;
        while (i < size && i < 10 && s[i] >= '0' && s[i] <= '9')
            len = len * 10 + (size_t)(s[i++] - '0');
        if (!i || i >= size || s[i] != ' ' || len <= i + 1 || len > size || s[len - 1] != '\n')
            return "pax record of impossible length";
        const char *key = s + i + 1, *end = s + len - 1;
        const char *equals = memchr(key, '=', (size_t)(end - key));
        if (!equals)
            return "pax record without a value";
        const char *defect =
            pax_record(p, key, (size_t)(equals - key), equals + 1, (size_t)(end - equals - 1));
        if (defect)
            return defect;
        s += len;
        size -= len;
    }
    return NULL;
}

static void tar_path(char *out, const struct tar_header *h)
{
    size_t used = 0;

    if (memcmp(h->magic, "ustar", 6) == 0 && h->prefix[0]) {
        used = strnlen(h->prefix, sizeof(h->prefix));
        memcpy(out, h->prefix, used);
        out[used++] = '/';
    }
    size_t len = strnlen(h->name, sizeof(h->name));
    memcpy(out + used, h->name, len);
    out[used + len] = 0;
}

// The member as it is to be shown; false for sorts that have no place in the tree.
static bool tar_member(struct archive_member *m, char type, const char *path)
{
    size_t len = strlen(path);

    switch (type) {
    case '0':
    case '\0':
    case '7':
        // Before ustar a directory was a file whose name ends in a slash.
        m->mode |= len && path[len - 1] == '/' ? S_IFDIR : S_IFREG;
        if (S_ISDIR(m->mode))
            m->size = 0;
        m->target = NULL;
        return true;
    case '1':
        m->mode |= S_IFREG;
        m->hard_link = true;
        m->size = 0;
        return true;
    case '2':
        m->mode |= S_IFLNK;
        m->size = 0;
        return true;
    case '5':
        m->mode |= S_IFDIR;
        m->size = 0;
        m->target = NULL;
        return true;
    default: return false;
    }
}

static const char *tar_walk(struct walk *w, struct tar_pending *p)
{
    for (;;) {
        if (w->at == w->size)
            return NULL; // without the two zero blocks at the end, but between members
        if (w->size - w->at < TAR_BLOCK)
            return "header is cut off";
        const unsigned char *block = w->data + w->at;
        const struct tar_header *h = (const struct tar_header *)block;
        if (!block[0] && !memcmp(block, block + 1, TAR_BLOCK - 1))
            return NULL;
        if (!tar_is_header(block))
            return "header with a wrong checksum";

        uint64_t size, mode, mtime;
        if (!tar_number(h->size, sizeof(h->size), &size) ||
            !tar_number(h->mode, sizeof(h->mode), &mode))
            return "header with a field that is not a number";
        if (!tar_number(h->mtime, sizeof(h->mtime), &mtime))
            mtime = 0;
        bool describes_next = strchr("LKxg", h->type) && h->type;
        if (p->has_size && !describes_next)
            size = p->size;
        // Links and directories have no contents even if they name a size.
        if (h->type == '1' || h->type == '2' || h->type == '5')
            size = 0;
        size_t left = w->size - w->at - TAR_BLOCK;
        if (size > left)
            return "contents are cut off";
        const char *data = (const char *)block + TAR_BLOCK;

        if (h->type == 'L' || h->type == 'K') {
            bool path = h->type == 'L';
            *(path ? &p->has_path : &p->has_target) = true;
            if (!copy_text(path ? p->path : p->target, data, (size_t)size))
                return "name that is too long";
        } else if (h->type == 'x') {
            const char *defect = pax_header(p, data, (size_t)size);
            if (defect)
                return defect;
        } else if (h->type != 'g') {
            if (!p->has_path)
                tar_path(p->path, h);
            if (!p->has_target)
                copy_text(p->target, h->link, sizeof(h->link));
            struct archive_member m = {
                .path = p->path,
                .target = p->target,
                .mode = (unsigned int)mode & 07777,
                .size = size,
                .data = data,
                .mtime = p->has_mtime ? p->mtime : (int64_t)mtime,
            };
            if (h->type == 'S')
                return "sparse file: not supported";
            if (tar_member(&m, h->type, p->path) && !w->visit(w->context, &m))
                return OUT_OF_MEMORY;
            p->has_path = p->has_target = p->has_size = p->has_mtime = false;
        }
        size_t padded = ((size_t)size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        w->at += TAR_BLOCK + (padded < left ? padded : left);
    }
}

enum archive_format archive_detect(const void *data, size_t size)
{
    if (size >= CPIO_HEADER && cpio_is_header(data))
        return ARCHIVE_CPIO;
    if (size >= TAR_BLOCK && *(const char *)data && tar_is_header(data))
        return ARCHIVE_TAR;
    return ARCHIVE_NONE;
}

const char *archive_walk(const void *data, size_t size, archive_visit_fn *visit, void *context,
                         size_t *offset)
{
    struct walk w = {.data = data, .size = size, .visit = visit, .context = context};
    struct tar_pending pending = {};
    const char *defect;

    switch (archive_detect(data, size)) {
    case ARCHIVE_CPIO: defect = cpio_walk(&w); break;
    case ARCHIVE_TAR: defect = tar_walk(&w, &pending); break;
    default: defect = "neither cpio nor tar"; break;
    }
    *offset = w.at;
    return defect;
}
