// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#include <halvm/random.h>
#include "fd/device.h"
#include "fd/tty.h"
#include "libc.h"

static int character_status(struct file *f, struct stat64 *st)
{
    (void)f;
    st->st_mode = S_IFCHR | 0666;
    st->st_blksize = 4096;
    return 0;
}

// A file that has no position lets itself be positioned anywhere, like Linux's.
static off64_t no_position(struct file *f, off64_t offset, int whence)
{
    (void)f;
    (void)offset;
    (void)whence;
    return 0;
}

static long null_read(struct file *f, void *buf, size_t len)
{
    (void)f;
    (void)buf;
    (void)len;
    return 0;
}

static long swallow(struct file *f, const void *buf, size_t len)
{
    (void)f;
    (void)buf;
    return (long)len;
}

static const struct file_ops null_ops = {
    .read = null_read,
    .write = swallow,
    .seek = no_position,
    .status = character_status,
};

static long zero_read(struct file *f, void *buf, size_t len)
{
    (void)f;
    memset(buf, 0, len);
    return (long)len;
}

static const struct file_ops zero_ops = {
    .read = zero_read,
    .write = swallow,
    .seek = no_position,
    .status = character_status,
};

int device_random(void *buf, size_t len)
{
    char *p = buf;

    // What else there is would do for no key, and nobody asks before making one of it.
    if (!random_is_hardware())
        return -ENOSYS;
    while (len) {
        unsigned long word = random_word();
        size_t n = len < sizeof(word) ? len : sizeof(word);
        memcpy(p, &word, n);
        p += n;
        len -= n;
    }
    return random_is_hardware() ? 0 : -EIO; // it may have failed meanwhile
}

static long random_read(struct file *f, void *buf, size_t len)
{
    (void)f;
    int rc = device_random(buf, len);
    return rc ? rc : (long)len;
}

// What is written is no source of randomness that could be judged: it is dropped.
static const struct file_ops random_ops = {
    .read = random_read,
    .write = swallow,
    .seek = no_position,
    .status = character_status,
};

ssize_t getrandom(void *buf, size_t len, unsigned int flags)
{
    if (flags & ~(unsigned int)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
        return libc_fail(EINVAL);
    int rc = device_random(buf, len);
    return rc ? libc_fail(-rc) : (ssize_t)len;
}

int getentropy(void *buf, size_t len)
{
    return len > 256 ? libc_fail(EIO) : (int)libc_result(device_random(buf, len));
}

const struct device *device_nth(size_t i)
{
    // Those that need the processor's generator come last.
    static const struct device devices[] = {
        {"null", &null_ops}, {"zero", &zero_ops},      {"console", &tty_ops},
        {"tty", &tty_ops},   {"urandom", &random_ops}, {"random", &random_ops},
    };
    size_t nr = ARRAY_SIZE(devices) - (random_is_hardware() ? 0 : 2);
    return i < nr ? &devices[i] : NULL;
}
