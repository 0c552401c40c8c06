// SPDX-License-Identifier: BSD-3-Clause
// The terminal's line discipline.
//
// Input: ICRNL, INLCR, IGNCR; ICANON with VERASE, VKILL, VEOF, VEOL; ECHO, ECHONL. VMIN and VTIME
// are kept and not acted upon: without ICANON a read waits for one byte. No key raises a signal.
// Output: OPOST with ONLCR. Everything else is kept in memory and has no effect. As Xen's side of
// the console neither echoes nor edits, the setting at the start is: lines (ICANON) with CR read as
// LF, no echo, output as written.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <halvm/console.h>

#include "fd/tty.h"

#define QUEUE 4096
// In the queue: a Ctrl-D, which ends what is before it and is no byte itself.
#define END_MARK 0x100

static struct {
    struct mutex lock;
    struct termios settings;
    // queue[head, ready) can be read, queue[ready, tail) is the line that is still edited; indices
    // count up for ever.
    unsigned int head, ready, tail;
    int error; // of the console, sticky
} tty = {
    .settings =
        {
            .c_iflag = ICRNL,
            .c_cflag = CS8 | CREAD | CLOCAL | B38400,
            .c_lflag = ICANON,
            .c_cc = {[VEOF] = 4, [VERASE] = 0x7f, [VKILL] = 0x15, [VMIN] = 1},
            .c_ispeed = B38400,
            .c_ospeed = B38400,
        },
};

static uint16_t queue[QUEUE];

static void echo(const char *s, size_t len)
{
    // An echo that does not arrive is no reason to lose the input.
    (void)console_write(s, len);
}

static bool is_key(unsigned char c, int index)
{
    return tty.settings.c_cc[index] && c == tty.settings.c_cc[index];
}

static void push(uint16_t entry)
{
    queue[tty.tail++ % QUEUE] = entry;
}

static void erase_one(void)
{
    if (tty.tail == tty.ready)
        return;
    // A character of UTF-8 goes as a whole.
    while (--tty.tail != tty.ready && (queue[tty.tail % QUEUE] & 0xc0) == 0x80)
        ;
    if (tty.settings.c_lflag & ECHO)
        echo("\b \b", 3);
}

static void accept(unsigned char c)
{
    tcflag_t in = tty.settings.c_iflag, local = tty.settings.c_lflag;

    if (c == '\r') {
        if (in & IGNCR)
            return;
        if (in & ICRNL)
            c = '\n';
    } else if (c == '\n' && in & INLCR) {
        c = '\r';
    }
    if (local & ICANON) {
        if (is_key(c, VERASE)) {
            erase_one();
            return;
        }
        if (is_key(c, VKILL)) {
            while (tty.tail != tty.ready)
                erase_one();
            return;
        }
        if (is_key(c, VEOF)) {
            push(END_MARK);
            tty.ready = tty.tail;
            return;
        }
    }
    push(c);
    if (local & ECHO && c != '\n')
        echo((const char *)&c, 1);
    if (c == '\n' && local & (ECHO | ECHONL))
        echo("\r\n", 2);
    // A line that fills the queue is given out in pieces rather than cut.
    if (!(local & ICANON) || c == '\n' || is_key(c, VEOL) || tty.tail - tty.head == QUEUE)
        tty.ready = tty.tail;
}

// Take what the console has, as far as there is room.
static void pump(void)
{
    unsigned int ready = tty.ready;
    unsigned char bytes[128];

    while (tty.tail - tty.head < QUEUE) {
        size_t room = QUEUE - (tty.tail - tty.head);
        long n = console_read(bytes, room < sizeof(bytes) ? room : sizeof(bytes), 0);
        if (n <= 0) {
            if (n < 0 && n != -ETIMEDOUT)
                tty.error = (int)n;
            break;
        }
        for (long i = 0; i < n; i++)
            accept(bytes[i]);
    }
    if (tty.ready != ready)
        fd_notify();
}

static bool readable(void)
{
    return tty.ready != tty.head;
}

static long take(unsigned char *out, size_t len)
{
    bool lines = tty.settings.c_lflag & ICANON;
    size_t n = 0;

    while (n < len && tty.head != tty.ready) {
        uint16_t entry = queue[tty.head++ % QUEUE];
        if (entry == END_MARK)
            return (long)n;
        out[n++] = (unsigned char)entry;
        if (lines && entry == '\n')
            return (long)n;
    }
    // The end mark of a line whose bytes just fitted must not look like the end of the file to the
    // next read.
    if (n && tty.head != tty.ready && queue[tty.head % QUEUE] == END_MARK)
        tty.head++;
    return (long)n;
}

static long tty_read(struct file *f, void *buf, size_t len)
{
    const struct fd_look look = {.console = true};

    if (!len)
        return 0;
    for (;;) {
        unsigned int generation = fd_generation();
        long n = -EAGAIN;
        mutex_lock(&tty.lock);
        pump();
        if (readable())
            n = take(buf, len);
        else if (tty.error)
            n = tty.error;
        mutex_unlock(&tty.lock);
        if (n != -EAGAIN || f->flags & O_NONBLOCK)
            return n;
        fd_wait(generation, &look, NS_NEVER);
    }
}

static long write_translated(const char *s, size_t len)
{
    size_t done = 0;

    while (done < len) {
        const char *newline = memchr(s + done, '\n', len - done);
        size_t plain = newline ? (size_t)(newline - s) - done : len - done;
        long rc = plain ? console_write(s + done, plain) : 0;
        if (rc >= 0 && newline)
            rc = console_write("\r\n", 2);
        if (rc < 0)
            return done ? (long)done : rc;
        done += plain + (newline ? 1 : 0);
    }
    return (long)len;
}

static long tty_write(struct file *f, const void *buf, size_t len)
{
    (void)f;
    tcflag_t out = tty.settings.c_oflag;

    if (out & OPOST && out & ONLCR)
        return write_translated(buf, len);
    return len ? console_write(buf, len) : 0;
}

static unsigned int tty_poll(struct file *f, struct fd_look *look)
{
    unsigned int events = POLLOUT | POLLWRNORM;

    (void)f;
    look->console = true;
    mutex_lock(&tty.lock);
    pump();
    if (readable() || tty.error)
        events |= POLLIN | POLLRDNORM;
    mutex_unlock(&tty.lock);
    return events;
}

static int tty_status(struct file *f, struct stat64 *st)
{
    (void)f;
    st->st_mode = S_IFCHR | 0620;
    st->st_ino = 3;
    st->st_rdev = makedev(5, 1);
    st->st_blksize = 1024;
    return 0;
}

const struct file_ops tty_ops = {
    .read = tty_read,
    .write = tty_write,
    .poll = tty_poll,
    .status = tty_status,
    .terminal = true,
};

// One reference for each of 0, 1, 2 and one that is never dropped.
struct file tty_file = {.ops = &tty_ops, .refs = 4, .flags = O_RDWR};

void tty_get(struct termios *t)
{
    mutex_lock(&tty.lock);
    *t = tty.settings;
    mutex_unlock(&tty.lock);
}

void tty_set(const struct termios *t, bool discard)
{
    mutex_lock(&tty.lock);
    pump();
    if (discard)
        tty.head = tty.ready = tty.tail;
    tty.settings = *t;
    if (!(t->c_lflag & ICANON))
        tty.ready = tty.tail;
    mutex_unlock(&tty.lock);
    fd_notify();
}

void tty_discard_input(void)
{
    mutex_lock(&tty.lock);
    pump();
    tty.head = tty.ready = tty.tail;
    mutex_unlock(&tty.lock);
}

size_t tty_input_available(void)
{
    mutex_lock(&tty.lock);
    pump();
    size_t n = tty.ready - tty.head;
    mutex_unlock(&tty.lock);
    return n;
}
