// SPDX-License-Identifier: BSD-3-Clause
// Filling and flushing the buffers of streams.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stdio/stream.h"

#define BUFFER_SIZE 4096

static ssize_t fd_read(void *cookie, char *buf, size_t len)
{
    return read((int)(intptr_t)cookie, buf, len);
}

static ssize_t fd_write(void *cookie, const char *buf, size_t len)
{
    return write((int)(intptr_t)cookie, buf, len);
}

static int fd_seek(void *cookie, off64_t *offset, int whence)
{
    off64_t at = lseek64((int)(intptr_t)cookie, *offset, whence);

    *offset = at;
    return at < 0 ? -1 : 0;
}

static int fd_close_stream(void *cookie)
{
    return close((int)(intptr_t)cookie);
}

const cookie_io_functions_t stream_fd_io = {fd_read, fd_write, fd_seek, fd_close_stream};

static char out_buffer[UNGET_ROOM + 1024], in_buffer[UNGET_ROOM + 1024];
static struct stream standard[3];

static struct stream standard[3] = {
    {
        .file = {._flags = 0,
                 ._fileno = 0,
                 ._IO_buf_base = in_buffer + UNGET_ROOM,
                 ._IO_buf_end = in_buffer + sizeof(in_buffer)},
        .can_read = true,
        .buffering = _IOFBF,
        .cookie = (void *)0,
        .io = {fd_read, fd_write, fd_seek, fd_close_stream},
        .listed = true,
        .next = &standard[1],
    },
    {
        .file = {._fileno = 1,
                 ._IO_buf_base = out_buffer + UNGET_ROOM,
                 ._IO_buf_end = out_buffer + sizeof(out_buffer)},
        .can_write = true,
        .buffering = _IOLBF,
        .cookie = (void *)1,
        .io = {fd_read, fd_write, fd_seek, fd_close_stream},
        .listed = true,
        .next = &standard[2],
        .prev = &standard[0],
    },
    {
        .file = {._fileno = 2,
                 ._IO_buf_base = standard[2].file._shortbuf,
                 ._IO_buf_end = standard[2].file._shortbuf + 1},
        .can_write = true,
        .buffering = _IONBF,
        .cookie = (void *)2,
        .io = {fd_read, fd_write, fd_seek, fd_close_stream},
        .listed = true,
        .prev = &standard[1],
    },
};

FILE *stdin = &standard[0].file;
FILE *stdout = &standard[1].file;
FILE *stderr = &standard[2].file;

static struct mutex list_lock;
static struct stream *list = &standard[0];

void stream_list(struct stream *s)
{
    mutex_lock(&list_lock);
    s->next = list;
    s->prev = NULL;
    if (list)
        list->prev = s;
    list = s;
    s->listed = true;
    mutex_unlock(&list_lock);
}

void stream_unlist(struct stream *s)
{
    mutex_lock(&list_lock);
    if (s->listed) {
        if (s->next)
            s->next->prev = s->prev;
        if (s->prev)
            s->prev->next = s->next;
        else
            list = s->next;
        s->listed = false;
    }
    mutex_unlock(&list_lock);
}

static int fail(struct stream *s)
{
    s->file._flags |= _IO_ERR_SEEN;
    return EOF;
}

bool stream_buffer(struct stream *s, size_t size)
{
    char *buf = malloc(UNGET_ROOM + size);

    s->file._IO_buf_base = buf ? buf + UNGET_ROOM : NULL;
    s->file._IO_buf_end = buf ? buf + UNGET_ROOM + size : NULL;
    s->buffer_is_ours = buf;
    return buf;
}

static bool ensure_buffer(struct stream *s)
{
    FILE *f = &s->file;

    if (f->_IO_buf_base)
        return true;
    size_t size = s->buffering == _IONBF ? 1 : BUFFER_SIZE;
    if (!stream_buffer(s, size))
        return false;
    if (s->buffering != _IONBF && isatty(f->_fileno))
        s->buffering = _IOLBF;
    return true;
}

// Write all of it, or fail. Returns how much went out.
static size_t write_out(struct stream *s, const char *data, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = -1;
        if (s->io.write)
            n = s->io.write(s->cookie, data + done, len - done);
        else
            errno = EBADF;
        if (n <= 0) {
            fail(s);
            break;
        }
        done += (size_t)n;
    }
    return done;
}

int stream_flush(struct stream *s)
{
    FILE *f = &s->file;
    size_t len = (size_t)(f->_IO_write_ptr - f->_IO_write_base);

    if (!len)
        return 0;
    size_t done = write_out(s, f->_IO_write_base, len);
    // What could not be written stays for another try.
    memmove(f->_IO_write_base, f->_IO_write_base + done, len - done);
    f->_IO_write_ptr -= done;
    return done == len ? 0 : EOF;
}

bool stream_unread(struct stream *s)
{
    FILE *f = &s->file;
    off64_t back = f->_IO_read_ptr - f->_IO_read_end;
    int saved = errno;
    bool done = !back || (s->io.seek && s->io.seek(s->cookie, &back, SEEK_CUR) >= 0);

    errno = saved;
    if (done)
        f->_IO_read_base = f->_IO_read_ptr = f->_IO_read_end = NULL;
    return done;
}

int stream_start_writing(struct stream *s)
{
    FILE *f = &s->file;

    if (f->_IO_write_base)
        return 0;
    if (!s->can_write) {
        errno = EBADF;
        return fail(s);
    }
    if (!ensure_buffer(s))
        return fail(s);
    // A terminal or pipe cannot go back: there the input is lost.
    if (f->_IO_read_base && !stream_unread(s))
        f->_IO_read_base = f->_IO_read_ptr = f->_IO_read_end = NULL;
    f->_flags &= ~_IO_EOF_SEEN;
    f->_IO_write_base = f->_IO_write_ptr = f->_IO_buf_base;
    f->_IO_write_end = s->buffering == _IOFBF ? f->_IO_buf_end : f->_IO_buf_base;
    return 0;
}

// Input from the terminal is preceded by what the program has to say.
static void flush_terminal_output(const struct stream *reader)
{
    struct stream *out = stream_of(stdout);

    if (reader->buffering == _IOFBF && reader != &standard[0])
        return;
    if (out->buffering != _IOLBF || out->file._IO_write_ptr == out->file._IO_write_base)
        return;
    flockfile(stdout);
    stream_flush(out);
    funlockfile(stdout);
}

int stream_fill(struct stream *s)
{
    FILE *f = &s->file;
    ssize_t n = -1;

    if (f->_IO_read_ptr < f->_IO_read_end)
        return 0;
    if (!s->can_read || !s->io.read) {
        errno = EBADF;
        return fail(s);
    }
    if (f->_flags & _IO_EOF_SEEN)
        return EOF;
    if (stream_flush(s) || !ensure_buffer(s))
        return fail(s);
    f->_IO_write_base = f->_IO_write_ptr = f->_IO_write_end = NULL;
    flush_terminal_output(s);
    n = s->io.read(s->cookie, f->_IO_buf_base, (size_t)(f->_IO_buf_end - f->_IO_buf_base));
    f->_IO_read_base = f->_IO_read_ptr = f->_IO_read_end = f->_IO_buf_base;
    if (n < 0)
        return fail(s);
    if (n == 0) {
        f->_flags |= _IO_EOF_SEEN;
        return EOF;
    }
    f->_IO_read_end += n;
    return 0;
}

// Put into the buffer as much as fits.
static size_t buffer_put(FILE *f, const char *data, size_t len)
{
    size_t room = (size_t)(f->_IO_buf_end - f->_IO_write_ptr);
    size_t n = len < room ? len : room;

    memcpy(f->_IO_write_ptr, data, n);
    f->_IO_write_ptr += n;
    return n;
}

// Through the buffer, or past it when it is empty and the data would fill it.
static size_t write_buffered(struct stream *s, const char *data, size_t len)
{
    FILE *f = &s->file;
    size_t done = 0, size = (size_t)(f->_IO_buf_end - f->_IO_buf_base);

    while (done < len) {
        if (f->_IO_write_ptr == f->_IO_write_base && len - done >= size)
            return done + write_out(s, data + done, len - done);
        done += buffer_put(f, data + done, len - done);
        if (f->_IO_write_ptr == f->_IO_buf_end && stream_flush(s))
            break;
    }
    return done;
}

size_t stream_write(struct stream *s, const char *data, size_t len)
{
    if (stream_start_writing(s))
        return 0;
    if (s->buffering == _IOFBF)
        return write_buffered(s, data, len);
    if (s->buffering == _IONBF)
        return write_out(s, data, len);

    const char *newline = memrchr(data, '\n', len);
    size_t head = newline ? (size_t)(newline - data) + 1 : 0;
    size_t done = head ? write_buffered(s, data, head) : 0;
    if (done < head || (head && stream_flush(s)))
        return done;
    return done + write_buffered(s, data + head, len - head);
}

int __overflow(FILE *f, int c)
{
    char byte = (char)c;
    return stream_write(stream_of(f), &byte, 1) == 1 ? (unsigned char)c : EOF;
}

int __uflow(FILE *f)
{
    return stream_fill(stream_of(f)) ? EOF : (unsigned char)*f->_IO_read_ptr++;
}

static int flush_or_forget(struct stream *s)
{
    if (s->file._IO_write_base)
        return stream_flush(s);
    if (s->file._IO_read_base)
        stream_unread(s);
    return 0;
}

static int flush_all(void)
{
    int rc = 0;

    mutex_lock(&list_lock);
    for (struct stream *s = list; s; s = s->next) {
        flockfile(&s->file);
        if (s->file._IO_write_base)
            rc |= stream_flush(s);
        funlockfile(&s->file);
    }
    mutex_unlock(&list_lock);
    return rc;
}

int fflush(FILE *f)
{
    if (!f)
        return flush_all();
    flockfile(f);
    int rc = flush_or_forget(stream_of(f));
    funlockfile(f);
    return rc;
}

int fflush_unlocked(FILE *f)
{
    return f ? flush_or_forget(stream_of(f)) : flush_all();
}

// No lock is waited for: a thread that was stopped in the middle of an output must not keep the
// guest from ending.
void stdio_exit(void)
{
    for (struct stream *s = list; s; s = s->next) {
        if (s->file._IO_write_base && ftrylockfile(&s->file) == 0)
            stream_flush(s);
    }
}

void flockfile(FILE *f)
{
    struct stream *s = stream_of(f);
    struct thread *self = thread_self();

    if (s->owner != self) {
        mutex_lock(&s->lock);
        s->owner = self;
    }
    s->depth++;
}

int ftrylockfile(FILE *f)
{
    struct stream *s = stream_of(f);
    struct thread *self = thread_self();

    if (s->owner != self) {
        if (!mutex_trylock(&s->lock))
            return -1;
        s->owner = self;
    }
    s->depth++;
    return 0;
}

void funlockfile(FILE *f)
{
    struct stream *s = stream_of(f);

    if (--s->depth)
        return;
    s->owner = NULL;
    mutex_unlock(&s->lock);
}
