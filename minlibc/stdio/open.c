// SPDX-License-Identifier: BSD-3-Clause
// Opening, closing, positioning and setting up streams.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stdio/stream.h"

int stream_mode_flags(const char *mode)
{
    int flags = 0;

    switch (*mode) {
    case 'r': break;
    case 'w': flags = O_CREAT | O_TRUNC; break;
    case 'a': flags = O_CREAT | O_APPEND; break;
    default: return -EINVAL;
    }
    int access = *mode == 'r' ? O_RDONLY : O_WRONLY;
    for (const char *p = mode + 1; *p && *p != ','; p++) {
        if (*p == '+')
            access = O_RDWR;
        else if (*p == 'x')
            flags |= O_EXCL;
        else if (*p == 'e')
            flags |= O_CLOEXEC;
    }
    return flags | access;
}

struct stream *stream_create(const char *mode)
{
    int flags = stream_mode_flags(mode);

    if (flags < 0) {
        errno = -flags;
        return NULL;
    }
    struct stream *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->can_read = (flags & O_ACCMODE) != O_WRONLY;
    s->can_write = (flags & O_ACCMODE) != O_RDONLY;
    s->append = flags & O_APPEND;
    s->buffering = _IOFBF;
    s->file._fileno = -1;
    return s;
}

FILE *fdopen(int fd, const char *mode)
{
    if (fcntl(fd, F_GETFD) < 0)
        return NULL;
    struct stream *s = stream_create(mode);
    if (!s)
        return NULL;
    s->file._fileno = fd;
    s->cookie = (void *)(intptr_t)fd;
    s->io = stream_fd_io;
    stream_list(s);
    return &s->file;
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
    int flags = stream_mode_flags(mode);

    if (flags < 0) {
        errno = -flags;
        return NULL;
    }
    int fd = open(path, flags, 0666);
    if (fd < 0)
        return NULL;
    FILE *f = fdopen(fd, mode);
    if (!f)
        close(fd);
    return f;
}

FILE *fopen64(const char *restrict path, const char *restrict mode)
{
    return fopen(path, mode);
}

FILE *fopencookie(void *restrict cookie, const char *restrict mode, cookie_io_functions_t io)
{
    struct stream *s = stream_create(mode);

    if (!s)
        return NULL;
    s->cookie = cookie;
    s->io = io;
    stream_list(s);
    return &s->file;
}

static void drop_buffer(struct stream *s)
{
    FILE *f = &s->file;

    if (s->buffer_is_ours)
        free(f->_IO_buf_base - UNGET_ROOM);
    f->_IO_buf_base = f->_IO_buf_end = NULL;
    f->_IO_read_base = f->_IO_read_ptr = f->_IO_read_end = NULL;
    f->_IO_write_base = f->_IO_write_ptr = f->_IO_write_end = NULL;
    s->buffer_is_ours = false;
}

// Write what is left, give the buffer and the file back.
static int shut(struct stream *s)
{
    int rc = s->file._IO_write_base ? stream_flush(s) : 0;

    if (s->file._IO_read_base)
        stream_unread(s);
    if (s->io.close && s->io.close(s->cookie) < 0)
        rc = EOF;
    drop_buffer(s);
    return rc;
}

static bool is_standard(const FILE *f)
{
    return f->_fileno >= 0 && f->_fileno <= 2 &&
           stream_of((FILE *)f)->cookie == (void *)(intptr_t)f->_fileno &&
           (f == stdin || f == stdout || f == stderr);
}

int fclose(FILE *f)
{
    struct stream *s = stream_of(f);

    stream_unlist(s);
    flockfile(f);
    int rc = shut(s);
    // Nobody may use it any more; a standard stream's memory is not ours to free.
    bool ours = !is_standard(f);
    s->can_read = s->can_write = false;
    s->io = (cookie_io_functions_t){};
    funlockfile(f);
    if (ours)
        free(s);
    return rc;
}

int fcloseall(void)
{
    return fflush(NULL);
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict f)
{
    struct stream *s = stream_of(f);
    int flags = stream_mode_flags(mode);

    if (flags < 0 || !path) {
        // Changing the mode of an open file is not supported.
        errno = flags < 0 ? -flags : EBADF;
        return NULL;
    }
    flockfile(f);
    int old = f->_fileno;
    if (f->_IO_write_base)
        stream_flush(s);
    drop_buffer(s);
    int fd = open(path, flags, 0666);
    if (fd >= 0 && old >= 0 && fd != old) {
        // The number stays: it may be 0, 1 or 2.
        int moved = dup2(fd, old);
        close(fd);
        fd = moved;
    }
    if (fd >= 0) {
        s->cookie = (void *)(intptr_t)fd;
        s->io = stream_fd_io;
        s->can_read = (flags & O_ACCMODE) != O_WRONLY;
        s->can_write = (flags & O_ACCMODE) != O_RDONLY;
        s->append = flags & O_APPEND;
        s->buffering = f == stderr ? _IONBF : _IOFBF;
        f->_fileno = fd;
        f->_flags &= ~(_IO_EOF_SEEN | _IO_ERR_SEEN);
    }
    funlockfile(f);
    if (fd < 0) {
        fclose(f);
        return NULL;
    }
    return f;
}

FILE *freopen64(const char *restrict path, const char *restrict mode, FILE *restrict f)
{
    return freopen(path, mode, f);
}

int setvbuf(FILE *restrict f, char *restrict buf, int mode, size_t size)
{
    struct stream *s = stream_of(f);
    int rc = 0;

    if (mode != _IOFBF && mode != _IOLBF && mode != _IONBF)
        return EOF;
    flockfile(f);
    if (stream_flush(s)) {
        rc = EOF;
    } else {
        if (f->_IO_read_base)
            stream_unread(s);
        drop_buffer(s);
        s->buffering = (unsigned char)mode;
        // Part of the caller's buffer is kept for ungetc(): one that is too small for that is not
        // used.
        if (buf && mode != _IONBF && size > 2 * UNGET_ROOM) {
            f->_IO_buf_base = buf + UNGET_ROOM;
            f->_IO_buf_end = buf + size;
        } else {
            size = mode == _IONBF ? 1 : size ? size : BUFSIZ;
            rc = stream_buffer(s, size) ? 0 : EOF;
        }
    }
    funlockfile(f);
    return rc;
}

void setbuf(FILE *restrict f, char *restrict buf)
{
    setvbuf(f, buf, buf ? _IOFBF : _IONBF, BUFSIZ);
}

void setbuffer(FILE *restrict f, char *restrict buf, size_t size)
{
    setvbuf(f, buf, buf ? _IOFBF : _IONBF, size);
}

void setlinebuf(FILE *f)
{
    setvbuf(f, NULL, _IOLBF, 0);
}

int fseeko64(FILE *f, off64_t offset, int whence)
{
    struct stream *s = stream_of(f);
    int rc = EOF;

    flockfile(f);
    if (!s->io.seek) {
        errno = ESPIPE;
    } else if (!f->_IO_write_base || stream_flush(s) == 0) {
        // Relative to where the program is, not to how far was read ahead.
        if (whence == SEEK_CUR)
            offset += f->_IO_read_ptr - f->_IO_read_end;
        rc = s->io.seek(s->cookie, &offset, whence) < 0 ? EOF : 0;
        if (!rc) {
            f->_IO_read_base = f->_IO_read_ptr = f->_IO_read_end = NULL;
            f->_IO_write_base = f->_IO_write_ptr = f->_IO_write_end = NULL;
            f->_flags &= ~_IO_EOF_SEEN;
        }
    }
    funlockfile(f);
    return rc;
}

int fseeko(FILE *f, off_t offset, int whence)
{
    return fseeko64(f, offset, whence);
}

int fseek(FILE *f, long offset, int whence)
{
    return fseeko64(f, offset, whence);
}

off64_t ftello64(FILE *f)
{
    struct stream *s = stream_of(f);
    off64_t at = 0;
    int rc = -1;

    flockfile(f);
    if (!s->io.seek)
        errno = ESPIPE;
    else
        rc = s->io.seek(s->cookie, &at, SEEK_CUR);
    if (rc >= 0)
        at += (f->_IO_read_ptr - f->_IO_read_end) + (f->_IO_write_ptr - f->_IO_write_base);
    funlockfile(f);
    return rc < 0 ? -1 : at;
}

off_t ftello(FILE *f)
{
    off64_t at = ftello64(f);

    if (at != (off_t)at) {
        errno = EOVERFLOW;
        return -1;
    }
    return (off_t)at;
}

long ftell(FILE *f)
{
    return ftello(f);
}

void rewind(FILE *f)
{
    fseeko64(f, 0, SEEK_SET);
    clearerr(f);
}

int fgetpos(FILE *restrict f, fpos_t *restrict pos)
{
    off_t at = ftello(f);

    if (at < 0)
        return -1;
    pos->__pos = at;
    return 0;
}

int fsetpos(FILE *f, const fpos_t *pos)
{
    return fseeko(f, pos->__pos, SEEK_SET);
}

int fgetpos64(FILE *restrict f, fpos64_t *restrict pos)
{
    off64_t at = ftello64(f);

    if (at < 0)
        return -1;
    pos->__pos = at;
    return 0;
}

int fsetpos64(FILE *f, const fpos64_t *pos)
{
    return fseeko64(f, pos->__pos, SEEK_SET);
}

int fileno(FILE *f)
{
    if (f->_fileno < 0)
        errno = EBADF;
    return f->_fileno;
}

int fileno_unlocked(FILE *f)
{
    return fileno(f);
}

int(feof_unlocked)(FILE *f)
{
    return (f->_flags & _IO_EOF_SEEN) != 0;
}

int(ferror_unlocked)(FILE *f)
{
    return (f->_flags & _IO_ERR_SEEN) != 0;
}

int feof(FILE *f)
{
    return (f->_flags & _IO_EOF_SEEN) != 0;
}

int ferror(FILE *f)
{
    return (f->_flags & _IO_ERR_SEEN) != 0;
}

void clearerr(FILE *f)
{
    f->_flags &= ~(_IO_EOF_SEEN | _IO_ERR_SEEN);
}

void clearerr_unlocked(FILE *f)
{
    clearerr(f);
}
