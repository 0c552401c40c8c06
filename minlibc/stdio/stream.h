// SPDX-License-Identifier: BSD-3-Clause
// Streams. The first part of a stream is glibc's struct _IO_FILE, as far as the macros of <stdio.h>
// reach into it: the read and write pointers and the end-of-file and error flags. The rest is ours.
#ifndef MINLIBC_STDIO_STREAM_H
#define MINLIBC_STDIO_STREAM_H

#include <stdio.h>
#include <halvm/sched.h>

// Bytes before the buffer proper that ungetc() may fill.
#define UNGET_ROOM 8

// A stream reads, or writes, or has done neither since it was positioned:
//   reading: read_base <= read_ptr <= read_end, write pointers NULL;
//   writing: write_base <= write_ptr, read pointers NULL; write_end is the end of the buffer if it
//   is filled before it is written,
//     and write_base in line and unbuffered mode, so that putc() always calls __overflow();
//   neither: all NULL.
struct stream {
    FILE file;
    struct mutex lock;
    struct thread *owner; // of the lock, which is recursive
    unsigned int depth;
    bool can_read, can_write, append;
    bool buffer_is_ours;     // to be freed
    unsigned char buffering; // _IOFBF, _IOLBF, _IONBF
    bool listed;
    void *cookie;
    cookie_io_functions_t io; // a NULL member fails with EBADF
    struct stream *next, *prev;
};

static inline struct stream *stream_of(FILE *f)
{
    return (struct stream *)f;
}

// The functions that follow want the stream's lock. EOF or 0 unless said otherwise; errno and the
// error flag are set.
int stream_flush(struct stream *s); // write what is buffered
int stream_start_writing(struct stream *s);
int stream_fill(struct stream *s); // read at least a byte into the buffer
size_t stream_write(struct stream *s, const char *data, size_t len); // bytes taken
bool stream_unread(struct stream *s); // move the position back over buffered input and drop it;
                                      // false where that cannot be

// Give the stream a buffer of its own; it must have none. False when memory is out.
bool stream_buffer(struct stream *s, size_t size);

// Make a stream known to fflush(NULL) and exit(), or unknown.
void stream_list(struct stream *s);
void stream_unlist(struct stream *s);

// An unlisted stream without I/O functions; mode as for fopen(), only its access is used. NULL with
// errno: EINVAL, ENOMEM.
struct stream *stream_create(const char *mode);
// The open() flags of a mode. -EINVAL.
int stream_mode_flags(const char *mode);
extern const cookie_io_functions_t stream_fd_io; // cookie: the descriptor, as a pointer

// At exit: write out everything. Weak in exit().
void stdio_exit(void);

#endif
