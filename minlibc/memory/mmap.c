// SPDX-License-Identifier: BSD-3-Clause
// mmap() and its kin on reservations. A mapping can only be given back as a whole: what munmap() is
// given of a part of one is emptied (and accessing it faults), but its address space stays taken
// until the rest follows. Files are mapped as private copies. Memory that is writable and
// executable at once is refused.
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <halvm/mm.h>
#include <halvm/sched.h>

#include "fd/file.h"
#include "libc.h"

struct mapping {
    struct mapping *next;
    char *base;
    size_t len;
    size_t mapped; // bytes that munmap() has not taken yet
};

static struct mutex lock;
static struct mapping *mappings;

// The protection in the kernel's terms. -EACCES, -EINVAL.
static int protection(int prot, unsigned int *vm)
{
    if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC))
        return -EINVAL;
    if (prot & PROT_WRITE && prot & PROT_EXEC)
        return -EACCES;
    *vm = (prot & (PROT_READ | PROT_WRITE | PROT_EXEC) ? VM_READ : VM_NONE) |
          (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0);
    return 0;
}

static struct mapping *mapping_of(const void *addr, size_t len)
{
    struct mapping *m = mappings;

    while (m && ((uintptr_t)addr < (uintptr_t)m->base ||
                 (uintptr_t)addr - (uintptr_t)m->base >= m->len ||
                 len > m->len - ((uintptr_t)addr - (uintptr_t)m->base)))
        m = m->next;
    return m;
}

// Copy a file's part to memory that is writable now. 0 or a negative errno.
static int fill(char *to, size_t len, int fd, off64_t offset)
{
    struct file *f = fd_get(fd);
    long n = 1;

    if (!f)
        return -EBADF;
    if (!f->ops->read_at)
        n = -ENODEV;
    while (n > 0 && len) {
        n = f->ops->read_at(f, to, len, offset);
        if (n > 0) {
            to += n;
            offset += n;
            len -= (size_t)n;
        }
    }
    file_put(f);
    return n < 0 ? (int)n : 0;
}

static int map_fixed(char *addr, size_t len, unsigned int vm)
{
    if ((uintptr_t)addr % PAGE_SIZE || !mapping_of(addr, len))
        return -EINVAL; // only inside what was mapped before
    int rc = vm_decommit(addr, len);
    if (!rc && vm != VM_NONE)
        rc = vm_commit(addr, len, vm);
    return rc;
}

static int map_new(size_t len, unsigned int vm, int flags, int fd, off64_t offset, void **out)
{
    struct mapping *m = malloc(sizeof(*m));
    void *base = NULL;

    if (!m)
        return -ENOMEM;
    int rc = vm_reserve(len, PAGE_SIZE, flags & MAP_32BIT ? VM_LOW : VM_ANYWHERE, &base);
    if (rc) {
        free(m);
        return rc;
    }
    bool anonymous = flags & MAP_ANONYMOUS;
    // PROT_NONE is how address space is reserved: it costs nothing until mprotect() makes it
    // usable.
    if (!anonymous || vm != VM_NONE)
        rc = vm_commit(base, len, anonymous ? vm : VM_READ | VM_WRITE);
    if (!rc && !anonymous) {
        rc = fill(base, len, fd, offset);
        if (!rc)
            rc = vm_protect(base, len, vm);
    }
    if (rc) {
        vm_release(base, len);
        free(m);
        return rc;
    }
    *m = (struct mapping){mappings, base, len, len};
    mappings = m;
    *out = base;
    return 0;
}

void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off64_t offset)
{
    unsigned int vm = VM_NONE;
    void *out = addr;
    int rc = protection(prot, &vm), type = flags & MAP_TYPE;

    if (!rc && (!len || len > PTRDIFF_MAX - PAGE_SIZE || offset % (off64_t)PAGE_SIZE))
        rc = -EINVAL;
    if (!rc && type != MAP_PRIVATE && type != MAP_SHARED)
        rc = -EINVAL;
    // Nobody else could see a shared mapping of a file that is written to.
    if (!rc && type == MAP_SHARED && !(flags & MAP_ANONYMOUS) && prot & PROT_WRITE)
        rc = -ENODEV;
    if (!rc) {
        len = ROUND_UP(len, PAGE_SIZE);
        mutex_lock(&lock);
        if (flags & MAP_FIXED)
            rc = flags & MAP_ANONYMOUS ? map_fixed(addr, len, vm) : -ENODEV;
        else
            rc = map_new(len, vm, flags, fd, offset, &out);
        mutex_unlock(&lock);
    }
    if (rc) {
        errno = -rc;
        return MAP_FAILED;
    }
    return out;
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    return mmap64(addr, len, prot, flags, fd, offset);
}

static int unmap(char *addr, size_t len)
{
    struct mapping *m = mapping_of(addr, len);

    // A range that holds no mapping is no error; one that spans several is not supported.
    if (!m)
        return 0;
    m->mapped -= len < m->mapped ? len : m->mapped;
    if (m->mapped)
        return vm_decommit(addr, len);
    for (struct mapping **link = &mappings; *link; link = &(*link)->next) {
        if (*link == m) {
            *link = m->next;
            break;
        }
    }
    int rc = vm_release(m->base, m->len);
    free(m);
    return rc;
}

int munmap(void *addr, size_t len)
{
    if ((uintptr_t)addr % PAGE_SIZE || !len)
        return libc_fail(EINVAL);
    mutex_lock(&lock);
    int rc = unmap(addr, ROUND_UP(len, PAGE_SIZE));
    mutex_unlock(&lock);
    return (int)libc_result(rc);
}

int mprotect(void *addr, size_t len, int prot)
{
    unsigned int vm = VM_NONE;
    int rc = protection(prot, &vm);

    if (!rc && (uintptr_t)addr % PAGE_SIZE)
        rc = -EINVAL;
    if (rc)
        return libc_fail(-rc);
    len = ROUND_UP(len, PAGE_SIZE);
    if (!len)
        return 0;
    mutex_lock(&lock);
    // Pages of an mmap() with PROT_NONE get their memory now; others, of the heap say, have it.
    if (vm != VM_NONE && mapping_of(addr, len))
        rc = vm_commit(addr, len, vm);
    if (!rc)
        rc = vm_protect(addr, len, vm);
    mutex_unlock(&lock);
    return (int)libc_result(rc);
}

// Advice is nothing but advice; what promises an effect (MADV_DONTNEED: zeroes) is refused.
int madvise(void *addr, size_t len, int advice)
{
    (void)len;
    if ((uintptr_t)addr % PAGE_SIZE)
        return libc_fail(EINVAL);
    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_FREE:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP: return 0;
    default: return libc_fail(EINVAL);
    }
}

int posix_madvise(void *addr, size_t len, int advice)
{
    (void)addr;
    (void)len;
    return advice >= POSIX_MADV_NORMAL && advice <= POSIX_MADV_DONTNEED ? 0 : EINVAL;
}

// Nothing is ever paged out.
int mlock(const void *addr, size_t len)
{
    (void)addr;
    (void)len;
    return 0;
}

int munlock(const void *addr, size_t len)
{
    (void)addr;
    (void)len;
    return 0;
}

int msync(void *addr, size_t len, int flags)
{
    (void)addr;
    (void)len;
    (void)flags;
    return 0;
}
