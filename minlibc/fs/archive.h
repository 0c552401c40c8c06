// SPDX-License-Identifier: BSD-3-Clause
// Reading cpio ("newc") and tar archives that lie in memory. The bytes come from outside the guest:
// every number in them is checked before it is used.
#ifndef MINLIBC_FS_ARCHIVE_H
#define MINLIBC_FS_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_PATH_MAX 4096 // with the NUL

enum archive_format { ARCHIVE_NONE, ARCHIVE_CPIO, ARCHIVE_TAR };

struct archive_member {
    const char *path;    // NUL-terminated, valid during the call
    const char *target;  // of a link, likewise; else NULL
    bool hard_link;      // target names an earlier member
    unsigned int mode;   // type and permissions, as in struct stat
    uint64_t size;       // bytes at data; 0 for all but files
    const void *data;    // inside the archive
    int64_t mtime;       // seconds
    uint64_t link_group; // cpio: members with the same value, if not 0, are one file; the last one
                         // has the data
};

// Called for each member; false: out of memory, stop.
typedef bool archive_visit_fn(void *context, const struct archive_member *member);

enum archive_format archive_detect(const void *data, size_t size);

// Visit all members, up to the first defect. NULL, or what the defect is; *offset is then where in
// the archive.
const char *archive_walk(const void *data, size_t size, archive_visit_fn *visit, void *context,
                         size_t *offset);

#endif
