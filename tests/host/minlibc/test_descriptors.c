// SPDX-License-Identifier: BSD-3-Clause
// Descriptors, pipes, eventfd, poll, select, epoll and the terminal, with several threads.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "shim.h"
#include "subject.h"

ML(read);
ML(write);
ML(writev);
ML(readv);
ML(close);
ML(pipe);
ML(pipe2);
ML(dup);
ML(dup2);
ML(lseek);
ML(fstat);
ML(isatty);
ML(eventfd);
ML(eventfd_read);
ML(eventfd_write);
ML(poll);
ML(select);
ML(epoll_create1);
ML(epoll_ctl);
ML(epoll_wait);
ML(tcgetattr);
ML(tcsetattr);
ML(__errno_location);
extern int ml_fcntl(int fd, int op, ...);
extern int ml_ioctl(int fd, unsigned long request, ...);
#define ml_errno (*ml___errno_location())

static bool failed_with(long rc, int err)
{
    return rc == -1 && ml_errno == err;
}

static long long now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec ts = {.tv_nsec = ms * 1000000};
    nanosleep(&ts, NULL);
}

static void test_table(void)
{
    int p[2];

    check_begin("descriptors: numbers and flags");
    CHECK(ml_pipe(p) == 0 && p[0] == 3 && p[1] == 4, "pipe: %d %d", p[0], p[1]);
    CHECK(ml_dup(p[1]) == 5 && ml_fcntl(p[0], F_DUPFD, 10) == 10 && ml_dup2(p[1], 20) == 20, "dup");
    CHECK(ml_close(4) == 0 && ml_write(5, "x", 1) == 1 && ml_write(20, "y", 1) == 1,
          "the duplicates stay");
    char buf[10];
    CHECK(ml_read(10, buf, 10) == 2 && memcmp(buf, "xy", 2) == 0, "read");
    CHECK(ml_dup(5) == 4, "the lowest free number");
    CHECK(ml_dup2(3, 3) == 3 && failed_with(ml_dup2(99, 3), EBADF) &&
              failed_with(ml_dup2(3, -1), EBADF) && failed_with(ml_dup2(3, 1024), EBADF),
          "dup2");
    CHECK(ml_fcntl(3, F_GETFD) == 0 && ml_fcntl(3, F_SETFD, FD_CLOEXEC) == 0 &&
              ml_fcntl(3, F_GETFD) == FD_CLOEXEC,
          "FD_CLOEXEC");
    CHECK(ml_fcntl(3, F_GETFL) == O_RDONLY && ml_fcntl(4, F_GETFL) == O_WRONLY &&
              ml_fcntl(1, F_GETFL) == O_RDWR,
          "F_GETFL");
    CHECK(ml_fcntl(3, F_SETFL, O_NONBLOCK) == 0 && ml_fcntl(10, F_GETFL) == (O_RDONLY | O_NONBLOCK),
          "flags belong to the file");
    CHECK(failed_with(ml_read(3, buf, 1), EAGAIN), "O_NONBLOCK");
    CHECK(failed_with(ml_read(4, buf, 1), EBADF) && failed_with(ml_write(3, "x", 1), EBADF),
          "directions");
    CHECK(failed_with(ml_lseek(3, 0, SEEK_CUR), ESPIPE) &&
              failed_with(ml_lseek(1, 0, SEEK_CUR), ESPIPE),
          "lseek");
    CHECK(failed_with(ml_read(77, buf, 1), EBADF) && failed_with(ml_close(77), EBADF) &&
              failed_with(ml_close(-1), EBADF) && failed_with(ml_fcntl(77, F_GETFL), EBADF),
          "closed descriptors");
    struct stat st;
    CHECK(ml_fstat(3, &st) == 0 && S_ISFIFO(st.st_mode) && ml_fstat(1, &st) == 0 &&
              S_ISCHR(st.st_mode),
          "fstat");
    CHECK(ml_isatty(0) && ml_isatty(1) && ml_isatty(2) && !ml_isatty(3) && ml_errno == ENOTTY &&
              !ml_isatty(77) && ml_errno == EBADF,
          "isatty");
    CHECK(ml_fcntl(1, F_DUPFD, 1024) == -1 && ml_errno == EINVAL, "F_DUPFD too high");
    for (int fd = 3; fd <= 20; fd++)
        ml_close(fd);
    int n = 0;
    while (ml_dup(1) >= 0)
        n++;
    CHECK(n == 1021 && ml_errno == EMFILE, "%d descriptors", n);
    for (int fd = 3; fd < 1024; fd++)
        CHECK(ml_close(fd) == 0, "close %d", fd);
    check_end();
}

static int pipe_fds[2];

static void write_later(void *arg)
{
    pause_ms(20);
    ml_write(pipe_fds[1], arg, 3);
}

static char stream_bytes[300000];

static void write_all(void *arg)
{
    size_t done = 0;
    (void)arg;
    while (done < sizeof(stream_bytes)) {
        size_t n = 1 + (done * 7919) % 20000;
        if (n > sizeof(stream_bytes) - done)
            n = sizeof(stream_bytes) - done;
        long rc = ml_write(pipe_fds[1], stream_bytes + done, n);
        if (rc != (long)n)
            break;
        done += (size_t)rc;
    }
    ml_close(pipe_fds[1]);
}

static void test_pipes(void)
{
    static char buf[300000];

    check_begin("pipes: blocking, order, end");
    CHECK(ml_pipe(pipe_fds) == 0, "pipe");
    void *t = shim_spawn(write_later, (void *)"abc");
    long long start = now_ms();
    CHECK(ml_read(pipe_fds[0], buf, 10) == 3 && memcmp(buf, "abc", 3) == 0 &&
              now_ms() - start >= 15,
          "a read that waits");
    shim_join(t);
    for (size_t i = 0; i < sizeof(stream_bytes); i++)
        stream_bytes[i] = (char)check_random();
    t = shim_spawn(write_all, NULL);
    size_t n = 0;
    long rc;
    while ((rc = ml_read(pipe_fds[0], buf + n, 1 + check_below(9000))) > 0)
        n += (size_t)rc;
    shim_join(t);
    CHECK(rc == 0 && n == sizeof(buf) && memcmp(buf, stream_bytes, n) == 0,
          "300 KB: %zu arrived, then %ld", n, rc);
    ml_close(pipe_fds[0]);

    CHECK(ml_pipe2(pipe_fds, O_NONBLOCK) == 0, "pipe2");
    for (n = 0; (rc = ml_write(pipe_fds[1], buf, 1000)) > 0; n += (size_t)rc)
        CHECK(rc == 1000, "a short write of up to PIPE_BUF bytes: %ld", rc);
    CHECK(failed_with(rc, EAGAIN) && n == 65000, "capacity: %zu", n);
    CHECK(ml_write(pipe_fds[1], buf, 5000) == 536, "a longer write may be short");
    int available = 0;
    CHECK(ml_ioctl(pipe_fds[0], FIONREAD, &available) == 0 && available == 65536, "FIONREAD %d",
          available);
    ml_close(pipe_fds[0]);
    CHECK(failed_with(ml_write(pipe_fds[1], buf, 1), EPIPE), "EPIPE");
    struct pollfd pfd = {.fd = pipe_fds[1], .events = POLLOUT};
    CHECK(ml_poll(&pfd, 1, 0) == 1 && pfd.revents & POLLERR, "POLLERR");
    ml_close(pipe_fds[1]);

    CHECK(ml_pipe(pipe_fds) == 0, "pipe");
    struct iovec v[3] = {{(void *)"ab", 2}, {NULL, 0}, {(void *)"cde", 3}};
    CHECK(ml_writev(pipe_fds[1], v, 3) == 5, "writev");
    struct iovec r[2] = {{buf, 3}, {buf + 100, 100}};
    CHECK(ml_readv(pipe_fds[0], r, 2) == 5 && memcmp(buf, "abc", 3) == 0 &&
              memcmp(buf + 100, "de", 2) == 0,
          "readv");
    ml_close(pipe_fds[0]);
    ml_close(pipe_fds[1]);
    check_end();
}

static void signal_later(void *arg)
{
    pause_ms(20);
    ml_eventfd_write(*(int *)arg, 5);
}

static void type_later(void *arg)
{
    pause_ms(20);
    shim_type(arg, strlen(arg));
}

static void test_readiness(void)
{
    char buf[100];
    eventfd_t value;

    check_begin("readiness: eventfd, poll, select");
    int e = ml_eventfd(0, EFD_NONBLOCK);
    CHECK(failed_with(ml_eventfd_read(e, &value), EAGAIN), "an empty eventfd");
    CHECK(ml_eventfd_write(e, 3) == 0 && ml_eventfd_write(e, 4) == 0 &&
              ml_eventfd_read(e, &value) == 0 && value == 7,
          "it adds up");
    int s = ml_eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    CHECK(ml_eventfd_read(s, &value) == 0 && value == 1 && ml_eventfd_read(s, &value) == 0 &&
              failed_with(ml_eventfd_read(s, &value), EAGAIN),
          "a semaphore");
    CHECK(failed_with(ml_write(s, "x", 1), EINVAL) &&
              failed_with(ml_eventfd_write(s, UINT64_MAX), EINVAL),
          "what is refused");
    ml_pipe(pipe_fds);

    struct pollfd fds[4] = {{.fd = e, .events = POLLIN},
                            {.fd = pipe_fds[0], .events = POLLIN},
                            {.fd = 0, .events = POLLIN},
                            {.fd = 99, .events = POLLIN}};
    CHECK(ml_poll(fds, 3, 0) == 0, "nothing is ready");
    long long start = now_ms();
    CHECK(ml_poll(fds, 3, 30) == 0 && now_ms() - start >= 29 && now_ms() - start < 300,
          "time-out: %lld ms", now_ms() - start);
    CHECK(ml_poll(fds, 4, -1) == 1 && fds[3].revents == POLLNVAL, "POLLNVAL");
    void *t = shim_spawn(signal_later, &e);
    CHECK(ml_poll(fds, 3, 5000) == 1 && fds[0].revents == POLLIN && !fds[1].revents,
          "an eventfd wakes poll");
    shim_join(t);
    ml_eventfd_read(e, &value);
    t = shim_spawn(write_later, (void *)"abc");
    CHECK(ml_poll(fds, 3, 5000) == 1 && fds[1].revents == POLLIN, "a pipe wakes poll");
    shim_join(t);
    ml_read(pipe_fds[0], buf, 3);
    t = shim_spawn(type_later, (void *)"x\r");
    CHECK(ml_poll(fds, 3, 5000) == 1 && fds[2].revents == POLLIN, "the console wakes poll");
    shim_join(t);
    CHECK(ml_read(0, buf, 100) == 2 && memcmp(buf, "x\n", 2) == 0, "and is read");
    shim_type("part", 4);
    CHECK(ml_poll(&fds[2], 1, 30) == 0, "part of a line is no input");
    shim_type("\n", 1);
    CHECK(ml_poll(&fds[2], 1, 0) == 1 && ml_read(0, buf, 100) == 5, "a line is");
    fds[0] = (struct pollfd){.fd = 1, .events = POLLOUT};
    CHECK(ml_poll(fds, 1, 0) == 1 && fds[0].revents == POLLOUT, "output is ready");

    fd_set rd, wr;
    FD_ZERO(&rd);
    FD_ZERO(&wr);
    FD_SET(pipe_fds[0], &rd);
    FD_SET(e, &rd);
    struct timeval tv = {.tv_usec = 30000};
    start = now_ms();
    CHECK(ml_select(20, &rd, NULL, NULL, &tv) == 0 && now_ms() - start >= 29 && !FD_ISSET(e, &rd),
          "select: time-out");
    FD_SET(pipe_fds[0], &rd);
    FD_SET(pipe_fds[1], &wr);
    tv.tv_sec = 5;
    CHECK(ml_select(20, &rd, &wr, NULL, &tv) == 1 && FD_ISSET(pipe_fds[1], &wr) &&
              !FD_ISSET(pipe_fds[0], &rd),
          "select: writable");
    t = shim_spawn(write_later, (void *)"abc");
    FD_SET(pipe_fds[0], &rd);
    CHECK(ml_select(20, &rd, NULL, NULL, NULL) == 1 && FD_ISSET(pipe_fds[0], &rd), "select: waits");
    shim_join(t);
    FD_SET(88, &rd);
    CHECK(failed_with(ml_select(100, &rd, NULL, NULL, &tv), EBADF), "select: EBADF");
    CHECK(failed_with(ml_select(-1, NULL, NULL, NULL, &tv), EINVAL), "select: EINVAL");
    ml_close(e);
    ml_close(s);
    ml_close(pipe_fds[0]);
    fds[0] = (struct pollfd){.fd = pipe_fds[1], .events = 0};
    CHECK(ml_poll(fds, 1, 0) == 1 && fds[0].revents == POLLERR, "hang-up");
    ml_close(pipe_fds[1]);
    check_end();
}

static void test_epoll(void)
{
    struct epoll_event ev[4], want = {.events = EPOLLIN, .data.u64 = 77};
    eventfd_t value;

    check_begin("readiness: epoll");
    int ep = ml_epoll_create1(0), e = ml_eventfd(0, 0);
    CHECK(ml_epoll_ctl(ep, EPOLL_CTL_ADD, e, &want) == 0 &&
              failed_with(ml_epoll_ctl(ep, EPOLL_CTL_ADD, e, &want), EEXIST),
          "add");
    CHECK(ml_epoll_wait(ep, ev, 4, 0) == 0, "nothing");
    void *t = shim_spawn(signal_later, &e);
    CHECK(ml_epoll_wait(ep, ev, 4, 5000) == 1 && ev[0].events == EPOLLIN && ev[0].data.u64 == 77,
          "it wakes");
    shim_join(t);
    CHECK(ml_epoll_wait(ep, ev, 4, -1) == 1, "level triggered");
    want.events = EPOLLIN | EPOLLONESHOT;
    CHECK(ml_epoll_ctl(ep, EPOLL_CTL_MOD, e, &want) == 0 && ml_epoll_wait(ep, ev, 4, 0) == 1 &&
              ml_epoll_wait(ep, ev, 4, 0) == 0,
          "one shot");
    CHECK(ml_epoll_ctl(ep, EPOLL_CTL_MOD, e, &want) == 0 && ml_epoll_wait(ep, ev, 4, 0) == 1,
          "armed again");
    ml_eventfd_read(e, &value);
    want.events = EPOLLIN | EPOLLET;
    CHECK(failed_with(ml_epoll_ctl(ep, EPOLL_CTL_MOD, e, &want), EINVAL), "EPOLLET is refused");
    want.events = EPOLLIN;
    CHECK(failed_with(ml_epoll_ctl(ep, EPOLL_CTL_ADD, ep, &want), EINVAL) &&
              failed_with(ml_epoll_ctl(e, EPOLL_CTL_ADD, ep, &want), EINVAL) &&
              failed_with(ml_epoll_ctl(ep, EPOLL_CTL_ADD, 99, &want), EBADF) &&
              failed_with(ml_epoll_ctl(ep, EPOLL_CTL_DEL, 1, &want), ENOENT),
          "errors");
    ml_pipe(pipe_fds);
    CHECK(ml_epoll_ctl(ep, EPOLL_CTL_ADD, pipe_fds[0], &want) == 0 &&
              ml_epoll_ctl(ep, EPOLL_CTL_ADD, 0, &want) == 0,
          "add more");
    ml_write(pipe_fds[1], "x", 1);
    ml_eventfd_write(e, 1);
    want.events = EPOLLIN;
    ml_epoll_ctl(ep, EPOLL_CTL_MOD, e, &want);
    CHECK(ml_epoll_wait(ep, ev, 4, 0) == 2, "two at once");
    t = shim_spawn(type_later, (void *)"hi\n");
    ml_close(e);
    char c;
    ml_read(pipe_fds[0], &c, 1);
    CHECK(ml_epoll_wait(ep, ev, 4, 5000) == 1 && ev[0].events == EPOLLIN,
          "the console; a closed file is gone");
    shim_join(t);
    char buf[10];
    ml_read(0, buf, 10);
    ml_close(pipe_fds[1]);
    CHECK(ml_epoll_wait(ep, ev, 4, 0) == 1 && ev[0].events == EPOLLHUP, "hang-up");
    ml_close(pipe_fds[0]);
    ml_close(ep);
    check_end();
}

static long read_line(char *buf, size_t size)
{
    memset(buf, 0, size);
    return ml_read(0, buf, size - 1);
}

static void test_terminal(void)
{
    char buf[6000];
    struct termios t, old;

    check_begin("terminal: lines, editing, end of file");
    shim_type("one\rtwo\n", 8);
    CHECK(read_line(buf, 100) == 4 && strcmp(buf, "one\n") == 0, "a line: '%s'", buf);
    CHECK(read_line(buf, 3) == 2 && strcmp(buf, "tw") == 0, "part of a line");
    CHECK(read_line(buf, 100) == 2 && strcmp(buf, "o\n") == 0, "its rest");
    shim_type("abx\x7f"
              "c\x7f\x7f\x7f\x7fok\n",
              12);
    CHECK(read_line(buf, 100) == 3 && strcmp(buf, "ok\n") == 0, "erase: '%s'", buf);
    shim_type("a\xc3\xa4\x7f"
              "b\n",
              6);
    CHECK(read_line(buf, 100) == 3 && strcmp(buf, "ab\n") == 0, "erase UTF-8: '%s'", buf);
    shim_type("garbage\x15ok\n", 11);
    CHECK(read_line(buf, 100) == 3 && strcmp(buf, "ok\n") == 0, "kill: '%s'", buf);
    shim_type("part\x04\x04next\n", 11);
    CHECK(read_line(buf, 100) == 4 && strcmp(buf, "part") == 0, "^D ends a line: '%s'", buf);
    CHECK(read_line(buf, 100) == 0, "^D at the start is the end of the file");
    CHECK(read_line(buf, 100) == 5 && strcmp(buf, "next\n") == 0, "and reading can go on");
    shim_type("1234\x04more\n", 10);
    CHECK(read_line(buf, 5) == 4 && read_line(buf, 100) == 5 && strcmp(buf, "more\n") == 0,
          "^D where the buffer ends");
    memset(buf, 'z', 5000);
    shim_type(buf, 5000);
    long n = read_line(buf, 6000);
    CHECK(n == 4096, "a line that is too long comes in pieces: %ld", n);
    shim_type("\n", 1);
    CHECK(read_line(buf, 6000) == 905, "its rest");

    CHECK(ml_tcgetattr(0, &old) == 0 && old.c_lflag == ICANON && old.c_iflag == ICRNL &&
              old.c_oflag == 0,
          "settings");
    shim_output_reset();
    t = old;
    t.c_lflag |= ECHO;
    CHECK(ml_tcsetattr(0, TCSANOW, &t) == 0, "tcsetattr");
    shim_type("hi\x7fo\r", 5);
    CHECK(read_line(buf, 100) == 3 && strcmp(buf, "ho\n") == 0 &&
              strcmp(shim_output, "hi\b \bo\r\n") == 0,
          "echo: '%s'", shim_output);
    t.c_lflag = 0;
    t.c_iflag = 0;
    CHECK(ml_tcsetattr(0, TCSAFLUSH, &t) == 0, "raw");
    shim_type("a\r\x04", 3);
    CHECK(read_line(buf, 100) == 3 && strcmp(buf, "a\r\x04") == 0, "raw input");
    t.c_oflag = OPOST | ONLCR;
    ml_tcsetattr(1, TCSANOW, &t);
    shim_output_reset();
    CHECK(ml_write(1, "a\nb\n", 4) == 4 && strcmp(shim_output, "a\r\nb\r\n") == 0, "ONLCR");
    shim_type("lost", 4);
    CHECK(ml_tcsetattr(0, TCSAFLUSH, &old) == 0, "back");
    shim_output_reset();
    CHECK(ml_write(1, "a\nb\n", 4) == 4 && strcmp(shim_output, "a\nb\n") == 0, "plain output");
    ml_fcntl(0, F_SETFL, O_NONBLOCK);
    CHECK(failed_with(ml_read(0, buf, 10), EAGAIN), "flushed, O_NONBLOCK");
    ml_fcntl(0, F_SETFL, 0);
    CHECK(failed_with(ml_tcgetattr(77, &t), EBADF), "tcgetattr");
    check_end();
}

void test_descriptors(void)
{
    test_table();
    test_pipes();
    test_readiness();
    test_epoll();
    test_terminal();
}
