// SPDX-License-Identifier: BSD-3-Clause
// fuzz_archive FACTOR SEED: damaged cpio and tar archives under the sanitizers. 150000 of them for
// FACTOR 1. Besides not crashing, the parser must keep its promises: members lie inside the
// archive, paths are terminated, every run ends.
#include <stdio.h>
#include <sys/stat.h>

#include "fs/archive.h"
#include "fuzz.h"

static char archive[1 << 16];

struct seen {
    const char *data;
    size_t size;
    unsigned long members;
};

static void fail(const char *what)
{
    printf("FAIL fuzz archive: %s\n", what);
    abort();
}

static bool visit(void *context, const struct archive_member *m)
{
    struct seen *s = context;

    if (strlen(m->path) >= ARCHIVE_PATH_MAX || (m->target && strlen(m->target) >= ARCHIVE_PATH_MAX))
        fail("a path is too long");
    if (S_ISLNK(m->mode) && !m->target)
        fail("a link without a target");
    if (m->hard_link && !m->target)
        fail("a hard link without a target");
    if (m->size) {
        const char *p = m->data;
        if (p < s->data || p > s->data + s->size || m->size > (size_t)(s->data + s->size - p))
            fail("a member is not inside the archive");
        // Touch both ends.
        volatile char touch = p[0];
        touch = p[m->size - 1];
        (void)touch;
    }
    s->members++;
    // Now and then the caller has no memory.
    return fuzz_below(1000) != 0;
}

static size_t put_cpio(size_t at, const char *name, unsigned int mode, unsigned int nlink,
                       const char *body, size_t len)
{
    size_t name_size = strlen(name) + 1;
    at += (size_t)sprintf(archive + at,
                          "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
                          (unsigned int)fuzz_below(5), mode, 0u, 0u, nlink, 1000000u, len, 0u, 0u,
                          0u, 0u, name_size, 0u);
    memcpy(archive + at, name, name_size);
    at += name_size;
    while (at % 4)
        archive[at++] = 0;
    memcpy(archive + at, body, len);
    at += len;
    while (at % 4)
        archive[at++] = 0;
    return at;
}

static void checksum(char *h)
{
    unsigned int sum = 0;

    memset(h + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)h[i];
    sprintf(h + 148, "%06o", sum);
}

static size_t put_tar(size_t at, const char *name, char type, const char *target, const char *body,
                      size_t len)
{
    char *h = archive + at;
    size_t padded = (len + 511) / 512 * 512;

    memset(h, 0, 512 + padded);
    strncpy(h, name, 99);
    strcpy(h + 100, "0000644");
    sprintf(h + 124, "%011zo", len);
    strcpy(h + 136, "00000012345");
    h[156] = type;
    strncpy(h + 157, target, 99);
    if (fuzz_below(2)) {
        memcpy(h + 257, "ustar\00000", 8);
        if (fuzz_below(3) == 0)
            strcpy(h + 345, "some/prefix");
    } else {
        memcpy(h + 257, "ustar  ", 8);
    }
    checksum(h);
    memcpy(h + 512, body, len);
    return at + 512 + padded;
}

static const char *random_name(void)
{
    static const char *const names[] = {
        ".",     "a",     "a/b", "./x/y/z",    "/abs",
        "../up", "a//b/", "",    "TRAILER!!!", "very/long/name/that/goes/on"};
    return names[fuzz_below(sizeof(names) / sizeof(*names))];
}

static size_t make_cpio(void)
{
    static const unsigned int modes[] = {S_IFREG | 0644, S_IFDIR | 0755, S_IFLNK | 0777,
                                         S_IFCHR | 0600, 0};
    char body[600];
    size_t at = 0;

    memset(body, 'b', sizeof(body));
    for (size_t n = fuzz_below(6); n; n--)
        at = put_cpio(at, random_name(), modes[fuzz_below(5)], (unsigned int)fuzz_below(3), body,
                      fuzz_below(sizeof(body)));
    return put_cpio(at, "TRAILER!!!", 0, 1, "", 0);
}

static size_t make_tar(void)
{
    static const char types[] = {'0', '\0', '1', '2', '5', '7', 'L', 'K', 'x', 'g', 'S', '3'};
    size_t at = 0;

    for (size_t n = 1 + fuzz_below(6); n; n--) {
        char body[700], type = types[fuzz_below(sizeof(types))];
        size_t len = fuzz_below(sizeof(body));
        memset(body, 'p', sizeof(body));
        if (type == 'x') {
            static const char *const records[] = {"12 path=abc\n",       "16 size=1234567\n",
                                                  "18 linkpath=a/b/c\n", "20 mtime=1234.5678\n",
                                                  "11 size=99\n",        "9 foo=ba\n",
                                                  "30 path=short\n",     "5 x=\n",
                                                  "99999999999 path=q\n"};
            len = 0;
            for (size_t k = fuzz_below(4); k; k--)
                len += (size_t)sprintf(body + len, "%s", records[fuzz_below(9)]);
        }
        at = put_tar(at, random_name(), type, random_name(), body, len);
    }
    memset(archive + at, 0, 1024);
    return at + fuzz_below(1025);
}

// Change some bytes; in tar keep the checksums right half of the time, so that the change is seen
// by more than the checksum.
static size_t damage(size_t size, bool tar)
{
    for (size_t n = fuzz_below(6); n && size; n--) {
        size_t at = fuzz_below(size), len = 1 + fuzz_below(12);
        if (len > size - at)
            len = size - at;
        switch (fuzz_below(5)) {
        case 0: archive[at] = (char)fuzz_random(); break;
        case 1: archive[at] ^= (char)(1 << fuzz_below(8)); break;
        case 2: memset(archive + at, "0F7\xff\x80"[fuzz_below(5)], len); break;
        case 3: memmove(archive + at, archive + fuzz_below(size - len + 1), len); break;
        default: size -= fuzz_below(size / 4 + 1); break;
        }
        if (tar && at < size && fuzz_below(2)) {
            size_t header = at / 512 * 512;
            if (header + 512 <= size)
                checksum(archive + header);
        }
    }
    return size;
}

int main(int argc, char **argv)
{
    unsigned long factor, members = 0, whole = 0;

    fuzz_seed(argc, argv, &factor);
    for (unsigned long i = 0; i < 150000 * factor; i++) {
        bool tar = fuzz_below(2);
        size_t size = damage(tar ? make_tar() : make_cpio(), tar);
        char *data = fuzz_copy(archive, size);
        struct seen seen = {.data = data, .size = size};
        size_t offset = SIZE_MAX;
        const char *defect = archive_walk(data, size, visit, &seen, &offset);
        if (offset > size)
            fail("the offset is outside the archive");
        if (!defect && archive_detect(data, size) == ARCHIVE_NONE)
            fail("no archive, and no defect");
        members += seen.members;
        whole += !defect;
        free(data);
    }
    // The mutations must leave something to parse.
    if (members < 50000 * factor || whole < 5000 * factor)
        fail("too little was parsed");
    printf("ok   fuzz archive: %lu archives, %lu members, %lu without defect\n", 150000 * factor,
           members, whole);
    printf("1 passed, 0 failed, 0 skipped\n");
    return 0;
}
