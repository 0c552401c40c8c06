// SPDX-License-Identifier: BSD-3-Clause
// dom0's side of the lab: on each virtio-serial port, one session at a time that runs commands for
// the host. Runs as process 1, so it also reaps orphans.
//
// A session starts with "HALVMLAB" and 16 bytes of the client's choice, answered by a frame 'H'
// that carries them back: what an earlier client left in the pipe cannot be taken for an answer.
// Then frames go both ways, each a type byte, a 32-bit little-endian length and that many bytes.
//   client: 'P' write a file, its folders made as needed: path; its bytes follow as input
//           'A' start a command: flags byte (1 = terminal), then NUL-ended words: folder, argv...
//           'I' its standard input; 'E' end of input; 'W' rows and columns (two 16-bit numbers);
//           'K' signal number (one byte) for its process group
//   agent:  'O' standard output (and error, on a terminal); 'R' standard error;
//           'X' exit status (32 bits, 128 + N for signal N)
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = 65536, HEADER = 5, WORDS_MAX = 512, MAGIC_LENGTH = 8, NONCE_LENGTH = 16 };
enum { AGENT_FAILED = 255 };
enum { DRAIN_MS = 100, CONNECT_MS = 100, GRACE_SECONDS = 30 };

static const char magic[MAGIC_LENGTH + 1] = "HALVMLAB";

struct session {
    int port;
    int child_signals;
    pid_t child;
    int in, out, err;
    bool terminal;
    bool input_ended;
    char *file; // the path being written, the command being none; NULL otherwise
    int file_error;
    uint8_t *frame;
    size_t have;
    uint8_t *pending;
    size_t pending_length, pending_done;
};

// Whether the port has a client, once that has been so for a while. The driver learns of clients
// apart from their data: of one that follows another at once, data may come before the other is
// known to be gone, or before it is known itself.
static bool port_connected(int port)
{
    struct timespec pause = {.tv_nsec = 5 * 1000000L};

    for (int i = 0; i < CONNECT_MS / 5; i++) {
        struct pollfd p = {.fd = port};
        if (poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static int port_wait_writable(int port)
{
    struct pollfd p = {.fd = port, .events = POLLOUT};

    if (poll(&p, 1, -1) < 0 && errno != EINTR)
        return -errno;
    return p.revents & POLLHUP && !port_connected(port) ? -EPIPE : 0;
}

static int port_write(int port, const void *data, size_t length)
{
    const uint8_t *at = data;

    while (length > 0) {
        ssize_t n = write(port, at, length);
        if (n > 0) {
            at += n;
            length -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            int rc = port_wait_writable(port);
            if (rc < 0)
                return rc;
        } else if (n < 0 && errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

static int frame_send(int port, char type, const void *data, size_t length)
{
    static uint8_t buffer[HEADER + FRAME_MAX];

    buffer[0] = (uint8_t)type;
    for (int i = 0; i < 4; i++)
        buffer[1 + i] = (uint8_t)(length >> (8 * i));
    memcpy(buffer + HEADER, data, length);
    return port_write(port, buffer, HEADER + length);
}

static int exit_send(struct session *s, uint32_t code)
{
    uint8_t bytes[4] = {(uint8_t)code, (uint8_t)(code >> 8), (uint8_t)(code >> 16),
                        (uint8_t)(code >> 24)};

    return frame_send(s->port, 'X', bytes, sizeof(bytes));
}

static void part_name(const char *path, char *part, size_t size)
{
    snprintf(part, size, "%s.part", path);
}

static int file_start(struct session *s, const uint8_t *path, size_t length)
{
    char part[PATH_MAX + 8];

    if (s->child != 0 || s->file || length < 2 || length > PATH_MAX || path[0] != '/' ||
        path[length - 1] != 0)
        return -EPROTO;
    s->file = strdup((const char *)path);
    if (!s->file)
        return -ENOMEM;
    for (char *slash = strchr(s->file + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(s->file, 0755);
        *slash = '/';
    }
    part_name(s->file, part, sizeof(part));
    s->in = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    s->file_error = s->in < 0 ? errno : 0;
    s->input_ended = false;
    return 0;
}

static int file_finish(struct session *s)
{
    char part[PATH_MAX + 8];
    int rc = 0;

    part_name(s->file, part, sizeof(part));
    if (!s->file_error && rename(part, s->file) < 0)
        s->file_error = errno;
    if (s->file_error) {
        const char *text = strerror(s->file_error);
        unlink(part);
        rc = frame_send(s->port, 'R', text, strlen(text));
    }
    free(s->file);
    s->file = NULL;
    return rc < 0 ? rc : exit_send(s, s->file_error ? 1 : 0);
}

static void file_abandon(struct session *s)
{
    char part[PATH_MAX + 8];

    if (!s->file)
        return;
    part_name(s->file, part, sizeof(part));
    unlink(part);
    free(s->file);
    s->file = NULL;
    if (s->in >= 0)
        close(s->in);
    s->in = -1;
    s->pending_length = 0;
}

static void child_forget(struct session *s)
{
    int *fds[] = {&s->in, &s->out, &s->err};

    for (size_t i = 0; i < 3; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
    s->child = 0;
    s->pending_length = 0;
    s->pending_done = 0;
}

static void child_exec(const char *folder, char **argv)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (chdir(folder) < 0 && chdir("/") < 0)
        _exit(126);
    execvp(argv[0], argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

static int child_start_piped(struct session *s, const char *folder, char **argv)
{
    int in[2], out[2], err[2];

    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return -errno;
    s->child = fork();
    if (s->child < 0)
        return -errno;
    if (s->child == 0) {
        setsid();
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        child_exec(folder, argv);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    s->in = in[1];
    s->out = out[0];
    s->err = err[0];
    return 0;
}

static int child_start_terminal(struct session *s, const char *folder, char **argv)
{
    int master;

    s->child = forkpty(&master, NULL, NULL, NULL);
    if (s->child < 0)
        return -errno;
    if (s->child == 0) {
        setenv("TERM", "linux", 1);
        child_exec(folder, argv);
    }
    s->out = master;
    s->in = dup(master);
    return s->in < 0 ? -errno : 0;
}

static int child_start(struct session *s, uint8_t *words, size_t length)
{
    char *argv[WORDS_MAX + 1];
    size_t count = 0;

    if (s->child != 0 || s->file || length < 2 || words[length - 1] != 0)
        return -EPROTO;
    for (size_t at = 1; at < length && count < WORDS_MAX; at += strlen((char *)words + at) + 1)
        argv[count++] = (char *)words + at;
    argv[count] = NULL;
    if (count < 2)
        return -EPROTO;
    s->terminal = words[0] & 1;
    s->input_ended = false;
    int rc = s->terminal ? child_start_terminal(s, argv[0], argv + 1)
                         : child_start_piped(s, argv[0], argv + 1);
    if (rc == 0) {
        fcntl(s->in, F_SETFL, O_NONBLOCK);
        fcntl(s->out, F_SETFL, O_NONBLOCK);
        if (s->err >= 0)
            fcntl(s->err, F_SETFL, O_NONBLOCK);
    }
    return rc;
}

static void input_close(struct session *s)
{
    if (s->in >= 0 && !s->terminal) {
        close(s->in);
        s->in = -1;
    }
}

// Gives the child as much of its pending input as it takes now.
static void input_push(struct session *s)
{
    while (s->pending_done < s->pending_length) {
        ssize_t n = s->in < 0 ? -1
                              : write(s->in, s->pending + s->pending_done,
                                      s->pending_length - s->pending_done);
        if (n < 0 && s->in >= 0 && (errno == EAGAIN || errno == EINTR))
            return;
        // A child that has closed its input gets the rest thrown away, as a pipe would do. What
        // does not fit a file is an error that is told at its end.
        if (n < 0 && s->file && !s->file_error)
            s->file_error = errno;
        s->pending_done = n < 0 ? s->pending_length : s->pending_done + (size_t)n;
    }
    s->pending_length = 0;
    s->pending_done = 0;
    if (s->input_ended)
        input_close(s);
}

// Forwards what is readable now; returns 1 when there was something, 0 when not, or an error.
static int output_forward(struct session *s, int *fd, char type)
{
    static uint8_t buffer[FRAME_MAX];

    if (*fd < 0)
        return 0;
    ssize_t n = read(*fd, buffer, sizeof(buffer));
    if (n > 0) {
        int rc = frame_send(s->port, type, buffer, (size_t)n);
        return rc < 0 ? rc : 1;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    close(*fd);
    *fd = -1;
    return 0;
}

static int child_finish(struct session *s, int status)
{
    struct pollfd p[2] = {{.events = POLLIN}, {.events = POLLIN}};
    uint32_t code =
        WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 128 + (uint32_t)WTERMSIG(status);
    int rc;

    // What the command left running may hold the pipes open: the wait for more is short.
    do {
        p[0].fd = s->out;
        p[1].fd = s->err;
        rc = output_forward(s, &s->out, 'O');
        if (rc >= 0)
            rc |= output_forward(s, &s->err, 'R');
        if (rc < 0)
            return rc;
    } while (rc > 0 || ((s->out >= 0 || s->err >= 0) && poll(p, 2, DRAIN_MS) > 0));
    child_forget(s);
    return exit_send(s, code);
}

static void child_abandon(struct session *s)
{
    struct timespec pause = {.tv_nsec = 50 * 1000000L};

    if (s->child <= 0)
        return;
    kill(-s->child, SIGTERM);
    kill(-s->child, SIGHUP);
    for (int i = 0; i < GRACE_SECONDS * 20; i++) {
        if (waitpid(s->child, NULL, WNOHANG) != 0) {
            child_forget(s);
            return;
        }
        // Pipes nobody reads would keep the child from ending.
        uint8_t waste[4096];
        while (s->out >= 0 && read(s->out, waste, sizeof(waste)) > 0)
            ;
        while (s->err >= 0 && read(s->err, waste, sizeof(waste)) > 0)
            ;
        nanosleep(&pause, NULL);
    }
    kill(-s->child, SIGKILL);
    waitpid(s->child, NULL, 0);
    child_forget(s);
}

static int frame_handle(struct session *s, uint8_t type, uint8_t *data, size_t length)
{
    switch (type) {
    case 'P': return file_start(s, data, length);
    case 'A': return child_start(s, data, length);
    case 'I':
        memcpy(s->pending, data, length);
        s->pending_length = length;
        s->pending_done = 0;
        input_push(s);
        return 0;
    case 'E':
        s->input_ended = true;
        if (s->pending_length == 0)
            input_close(s);
        return s->file ? file_finish(s) : 0;
    case 'W':
        if (length == 4 && s->terminal && s->out >= 0) {
            struct winsize size = {.ws_row = (unsigned short)(data[0] | data[1] << 8),
                                   .ws_col = (unsigned short)(data[2] | data[3] << 8)};
            ioctl(s->out, TIOCSWINSZ, &size);
        }
        return 0;
    case 'K':
        if (length == 1 && s->child > 0)
            kill(-s->child, data[0]);
        return 0;
    default: return -EPROTO;
    }
}

// Reads from the port and handles whole frames; stops while a child's input is still pending.
static int port_receive(struct session *s)
{
    ssize_t n = read(s->port, s->frame + s->have, HEADER + FRAME_MAX - s->have);

    if (n == 0)
        return -EPIPE;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    s->have += (size_t)n;
    return 0;
}

static int frames_handle(struct session *s)
{
    while (s->have >= HEADER && s->pending_length == 0) {
        uint32_t length = s->frame[1] | (uint32_t)s->frame[2] << 8 | (uint32_t)s->frame[3] << 16 |
                          (uint32_t)s->frame[4] << 24;
        if (length > FRAME_MAX)
            return -EPROTO;
        if (s->have < HEADER + length)
            return 0;
        int rc = frame_handle(s, s->frame[0], s->frame + HEADER, length);
        if (rc < 0 && rc != -EPIPE) {
            // Without an answer the client would wait for ever.
            const char *text = strerror(-rc);
            frame_send(s->port, 'R', text, strlen(text));
            exit_send(s, AGENT_FAILED);
        }
        if (rc < 0)
            return rc;
        s->have -= HEADER + length;
        memmove(s->frame, s->frame + HEADER + length, s->have);
    }
    return 0;
}

static int children_reap(struct session *s)
{
    struct signalfd_siginfo info;
    int status;

    while (read(s->child_signals, &info, sizeof(info)) > 0)
        ;
    if (s->child > 0 && waitpid(s->child, &status, WNOHANG) == s->child)
        return child_finish(s, status);
    return 0;
}

static int session_step(struct session *s)
{
    struct pollfd p[] = {
        {.fd = s->port, .events = s->pending_length == 0 ? POLLIN : 0},
        {.fd = s->child_signals, .events = POLLIN},
        {.fd = s->out, .events = POLLIN},
        {.fd = s->err, .events = POLLIN},
        {.fd = s->pending_length > 0 ? s->in : -1, .events = POLLOUT},
    };
    int rc = 0;

    if (poll(p, 5, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    if (p[0].revents & POLLHUP && !port_connected(s->port))
        return -EPIPE;
    if (p[0].revents & POLLIN)
        rc = port_receive(s);
    if (rc >= 0 && p[2].revents)
        rc = output_forward(s, &s->out, 'O');
    if (rc >= 0 && p[3].revents)
        rc = output_forward(s, &s->err, 'R');
    if (rc >= 0 && p[4].revents)
        input_push(s);
    if (rc >= 0)
        rc = frames_handle(s);
    if (rc >= 0 && p[1].revents)
        rc = children_reap(s);
    return rc;
}

// The next byte from the client: 1, or 0 when there is none now, or -EPIPE when there is no client.
static int byte_next(struct session *s, uint8_t *byte)
{
    if (s->have > 0) {
        *byte = s->frame[0];
        memmove(s->frame, s->frame + 1, --s->have);
        return 1;
    }
    ssize_t n = read(s->port, byte, 1);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    return n == 0 ? -EPIPE : 1;
}

// Waits for a client and its greeting. Data of an earlier client is skipped. What was read already
// counts: a client that follows another at once is not seen to connect, only its greeting is.
static int session_greet(struct session *s)
{
    size_t matched = 0;
    uint8_t byte, nonce[NONCE_LENGTH];
    sigset_t io;
    struct timespec limit = {.tv_sec = 5};

    sigemptyset(&io);
    sigaddset(&io, SIGIO);
    for (;;) {
        int rc = byte_next(s, &byte);
        if (rc == 1) {
            if (matched >= MAGIC_LENGTH)
                nonce[matched++ - MAGIC_LENGTH] = byte;
            else if (byte == (uint8_t)magic[matched])
                matched++;
            else
                matched = byte == (uint8_t)magic[0];
            if (matched == MAGIC_LENGTH + NONCE_LENGTH)
                return frame_send(s->port, 'H', nonce, sizeof(nonce));
        } else if (rc == 0) {
            struct pollfd p = {.fd = s->port, .events = POLLIN};
            poll(&p, 1, -1);
        } else if (rc == -EPIPE) {
            // No client: poll would return at once for ever, the driver sends SIGIO instead.
            matched = 0;
            sigtimedwait(&io, NULL, &limit);
        } else {
            return rc;
        }
    }
}

static void port_serve(const char *path)
{
    struct session s = {.in = -1, .out = -1, .err = -1};
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    s.port = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    s.child_signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    s.frame = malloc(HEADER + FRAME_MAX);
    s.pending = malloc(FRAME_MAX);
    if (s.port < 0 || s.child_signals < 0 || !s.frame || !s.pending) {
        printf("lab: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    fcntl(s.port, F_SETOWN, getpid());
    fcntl(s.port, F_SETFL, O_NONBLOCK | O_ASYNC);
    for (;;) {
        int rc = session_greet(&s);
        while (rc >= 0)
            rc = session_step(&s);
        child_abandon(&s);
        file_abandon(&s);
        if (rc != -EPROTO)
            s.have = 0;
    }
}

// Runs the plan that came with the initramfs, its output to the first port, then ends dom0.
static void plan_run(const char *plan, const char *path)
{
    int port = open(path, O_RDWR);

    if (port < 0 || dup2(port, 1) < 0) {
        printf("lab: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    char *argv[] = {"bash", (char *)plan, NULL};
    child_exec("/", argv);
}

static pid_t worker_start(const char *plan, const char *path)
{
    pid_t pid = fork();

    if (pid < 0) {
        printf("lab: fork: %s\n", strerror(errno));
        exit(1);
    }
    if (pid > 0)
        return pid;
    if (plan)
        plan_run(plan, path);
    port_serve(path);
    exit(0);
}

int main(void)
{
    static const char plan[] = "/lab/plan";
    bool planned = access(plan, R_OK) == 0;
    sigset_t mask;
    struct dirent *entry;
    int workers = 0;

    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigaddset(&mask, SIGIO);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    DIR *dev = opendir("/dev");
    while (dev && (entry = readdir(dev)) != NULL) {
        char path[sizeof(entry->d_name) + 8];
        if (strncmp(entry->d_name, "vport", 5) != 0 || (planned && workers > 0))
            continue;
        snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
        worker_start(planned ? plan : NULL, path);
        workers++;
    }
    if (dev)
        closedir(dev);
    if (workers == 0)
        printf("lab: dom0 has no virtio-serial port\n");
    for (;;) {
        if (wait(NULL) < 0)
            pause();
    }
}
