// SPDX-License-Identifier: BSD-3-Clause
// Runs one guest to its end and tells how it ended, as records on standard output: a line
// "NAME LENGTH", that many bytes, and a newline. In order of appearance:
//   created  "DOMID\n"                   the domain exists and runs
//   live     bytes of the console        only with -L, as they come
//   xl       what `xl create` printed
//   console  the whole console output    (not with -L)
//   rest     bytes left in the console ring that the guest never sent an event for
//   vcpus    state of the virtual CPUs   when the guest had to be ended
//   context  registers and stacks        when the guest crashed or had to be ended
//   log      what Xen logged meanwhile
//   end      lines "key value": how, reason, cpu_time, nanoseconds, xl_status
// `how` is one of: shutdown, vanished, timeout, flood, create-failed.
#define _GNU_SOURCE
#include "domain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 65536, CREATE_SECONDS = 120, CONSOLE_SECONDS = 3, RING_MAX = 4096 };

static const char log_folder[] = "/var/log/xen";
static const off_t console_limit = 64 << 20;

struct run {
    struct host host;
    const char *name;
    const char *input;
    const char *input_cue; // feed the input only after the console showed this; NULL: at once
    char **create_words;
    double timeout;
    bool live;
    char log_path[512];
    uint32_t log_index;
    int domid;
    int signals;
    off_t live_sent;
    int terminal;
    uint8_t input_buffer[1024];
    size_t input_have, input_done;
    int input_file;
};

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "halvm-guest: %s: %s\n", what, strerror(errno));
    exit(70);
}

static void bytes_write(const void *data, size_t length)
{
    const char *at = data;

    while (length > 0) {
        ssize_t n = write(1, at, length);
        if (n < 0 && errno != EINTR)
            exit(70);
        if (n > 0) {
            at += n;
            length -= (size_t)n;
        }
    }
}

static void record_write(const char *tag, const void *data, size_t length)
{
    char head[64];

    bytes_write(head, (size_t)snprintf(head, sizeof(head), "%s %zu\n", tag, length));
    bytes_write(data, length);
    bytes_write("\n", 1);
}

// Runs a program to its end with its output in `text`; returns its wait status, or -1 when the time
// was up and it was killed.
static int command_run(char **words, char *text, size_t size, size_t *length, double limit)
{
    int out[2];
    double end = seconds_now() + limit;

    *length = 0;
    if (pipe2(out, O_CLOEXEC) < 0)
        fail("pipe");
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(out[1], 1);
        dup2(out[1], 2);
        execvp(words[0], words);
        _exit(127);
    }
    close(out[1]);
    for (;;) {
        struct pollfd p = {.fd = out[0], .events = POLLIN};
        char waste[512];
        double left = end - seconds_now();
        if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) == 0) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            close(out[0]);
            return -1;
        }
        ssize_t n = *length < size ? read(out[0], text + *length, size - *length)
                                   : read(out[0], waste, sizeof(waste));
        if (n == 0)
            break;
        if (n > 0 && *length < size)
            *length += (size_t)n;
    }
    close(out[0]);
    int status;
    waitpid(pid, &status, 0);
    return status;
}

static void end_write(const char *how, const struct domain_state *state, double seconds,
                      time_t wall, int xl)
{
    char text[256];
    int length = snprintf(
        text, sizeof(text),
        "how %s\nreason %u\ncpu_time %llu\nnanoseconds %.0f\nwall %lld\nxl_status %d\n", how,
        state->reason, (unsigned long long)state->cpu_time, seconds * 1e9, (long long)wall, xl);

    record_write("end", text, (size_t)length);
}

static void xen_log_write(struct run *run)
{
    char *text;
    size_t length;

    if (host_log_read(&run->host, &run->log_index, &text, &length) == 0) {
        record_write("log", text, length);
        free(text);
    }
}

static void domain_destroy(struct run *run)
{
    static char text[TEXT_MAX];
    char number[16];
    size_t length;
    char *words[] = {"xl", "destroy", number, NULL};

    snprintf(number, sizeof(number), "%d", run->domid);
    if (command_run(words, text, sizeof(text), &length, CREATE_SECONDS) != 0)
        fprintf(stderr, "halvm-guest: xl destroy %d: %.*s\n", run->domid, (int)length, text);
}

static int guest_create(struct run *run)
{
    static char text[TEXT_MAX];
    struct domain_state none = {0};
    size_t length;

    int status = command_run(run->create_words, text, sizeof(text), &length, CREATE_SECONDS);
    record_write("xl", text, length);
    run->domid = domain_find(&run->host, run->name);
    if (status == 0 && run->domid >= 0)
        return 0;
    xen_log_write(run);
    if (run->domid >= 0)
        domain_destroy(run);
    end_write("create-failed", &none, 0, 0, status == -1 ? -1 : WEXITSTATUS(status));
    return -1;
}

static void live_forward(struct run *run)
{
    static char buffer[TEXT_MAX];
    int log = open(run->log_path, O_RDONLY);
    ssize_t n;

    while (log >= 0 && (n = pread(log, buffer, sizeof(buffer), run->live_sent)) > 0) {
        record_write("live", buffer, (size_t)n);
        run->live_sent += n;
    }
    if (log >= 0)
        close(log);
}

static bool cue_shown(struct run *run)
{
    char text[TEXT_MAX];
    int log = open(run->log_path, O_RDONLY | O_CLOEXEC);

    if (log < 0)
        return false;
    ssize_t n = read(log, text, sizeof(text));
    close(log);
    return n > 0 && memmem(text, (size_t)n, run->input_cue, strlen(run->input_cue));
}

// Opens the guest's terminal once the console daemon has named it; before that it stays -1.
static void input_open(struct run *run)
{
    char path[64];
    unsigned int length;

    if (!run->input || run->terminal >= 0 || run->input_file == -2)
        return;
    if (run->input_cue && !cue_shown(run))
        return;
    if (run->input_file < 0) {
        run->input_file = open(run->input, O_RDONLY | O_CLOEXEC);
        if (run->input_file < 0)
            fail(run->input);
    }
    snprintf(path, sizeof(path), "/local/domain/%d/console/tty", run->domid);
    char *tty = xs_read(run->host.xs, XBT_NULL, path, &length);
    if (tty && tty[0])
        run->terminal = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    free(tty);
}

static void input_feed(struct run *run)
{
    for (;;) {
        if (run->input_done == run->input_have) {
            ssize_t n = read(run->input_file, run->input_buffer, sizeof(run->input_buffer));
            if (n <= 0) {
                close(run->input_file);
                run->input_file = -2;
                return;
            }
            run->input_have = (size_t)n;
            run->input_done = 0;
        }
        ssize_t n = write(run->terminal, run->input_buffer + run->input_done,
                          run->input_have - run->input_done);
        if (n <= 0)
            return;
        run->input_done += (size_t)n;
    }
}

static void terminal_drain(struct run *run)
{
    char waste[4096];

    while (run->terminal >= 0 && read(run->terminal, waste, sizeof(waste)) > 0)
        ;
}

// Waits for the guest's end. The time-out is counted from the moment that `xl create` returned.
static const char *guest_wait(struct run *run, struct domain_state *state)
{
    double end = seconds_now() + run->timeout;
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    struct itimerspec tick = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    if (watch < 0 || timer < 0 || timerfd_settime(timer, 0, &tick, NULL) < 0)
        fail("timer");
    if (run->live)
        inotify_add_watch(watch, log_folder, IN_MODIFY);
    for (;;) {
        int rc = domain_state_read(&run->host, (uint32_t)run->domid, state);
        if (rc < 0 || !state->exists)
            return "vanished";
        if (state->shut_down)
            return "shutdown";
        double left = end - seconds_now();
        if (left <= 0)
            return "timeout";
        struct stat st;
        if (stat(run->log_path, &st) == 0 && st.st_size > console_limit)
            return "flood";
        if (run->live)
            live_forward(run);
        input_open(run);
        bool feeding = run->terminal >= 0 && run->input_file >= 0;
        struct pollfd p[] = {
            {.fd = xs_fileno(run->host.xs), .events = POLLIN},
            {.fd = timer, .events = POLLIN},
            {.fd = watch, .events = POLLIN},
            {.fd = run->signals, .events = POLLIN},
            {.fd = run->terminal, .events = (short)(feeding ? POLLIN | POLLOUT : POLLIN)},
        };
        int wait_ms = left > 1000 ? 1000000 : (int)(left * 1000) + 1;
        if (run->input && run->terminal < 0 && run->input_file != -2)
            wait_ms = 10;
        if (poll(p, 5, wait_ms) < 0 && errno != EINTR)
            fail("poll");
        if (p[0].revents) {
            char **event;
            while ((event = xs_check_watch(run->host.xs)) != NULL)
                free(event);
        }
        char waste[4096];
        while (read(timer, waste, sizeof(uint64_t)) > 0)
            ;
        while (read(watch, waste, sizeof(waste)) > 0)
            ;
        if (p[3].revents) {
            domain_destroy(run);
            exit(143);
        }
        if (p[4].revents & POLLOUT && feeding)
            input_feed(run);
        if (p[4].revents & (POLLIN | POLLHUP))
            terminal_drain(run);
    }
}

// Lets the console daemon take what the guest wrote, and finds what it was never told of.
static uint32_t console_settle(struct run *run, void *page, uint8_t *rest)
{
    double end = seconds_now() + CONSOLE_SECONDS;
    struct timespec pause = {.tv_nsec = 2 * 1000000L};
    uint32_t pending, seen;

    do {
        struct stat st;
        pending = domain_console_pending(page, NULL, 0);
        seen = stat(run->log_path, &st) == 0 ? (uint32_t)st.st_size : 0;
        if (pending == 0 && seen == domain_console_total(page))
            return 0;
        terminal_drain(run);
        nanosleep(&pause, NULL);
    } while (seconds_now() < end);
    return domain_console_pending(page, rest, RING_MAX);
}

static void console_write(struct run *run)
{
    int log = open(run->log_path, O_RDONLY);
    struct stat st = {0};

    if (run->live) {
        live_forward(run);
        return;
    }
    if (log < 0 || fstat(log, &st) < 0)
        st.st_size = 0;
    char *text = malloc((size_t)st.st_size + 1);
    ssize_t got = 0;
    while (text && got < st.st_size) {
        ssize_t n = read(log, text + got, (size_t)(st.st_size - got));
        if (n <= 0)
            break;
        got += n;
    }
    record_write("console", text, (size_t)got);
    free(text);
    if (log >= 0)
        close(log);
}

static void context_write(struct run *run)
{
    static char text[TEXT_MAX];
    char number[16];
    size_t length;
    char *words[] = {"xenctx", "-C", "-a", number, NULL};

    snprintf(number, sizeof(number), "%d", run->domid);
    xc_domain_pause(run->host.xc, (uint32_t)run->domid);
    if (command_run(words, text, sizeof(text), &length, CREATE_SECONDS) != -1)
        record_write("context", text, length);
}

static int guest_run(struct run *run)
{
    struct domain_state state = {0};
    char vcpus[TEXT_MAX];
    uint8_t rest[RING_MAX];
    void *page;
    char *old;
    size_t old_length;

    if (host_log_read(&run->host, &run->log_index, &old, &old_length) < 0)
        fail("Xen's log");
    free(old);
    snprintf(run->log_path, sizeof(run->log_path), "%s/guest-%s.log", log_folder, run->name);
    unlink(run->log_path);
    if (guest_create(run) < 0)
        return 0;
    double start = seconds_now();
    char number[16];
    record_write("created", number, (size_t)snprintf(number, sizeof(number), "%d\n", run->domid));
    const char *how = guest_wait(run, &state);
    double seconds = seconds_now() - start;
    time_t wall = time(NULL);
    bool shut_down = strcmp(how, "shutdown") == 0;
    bool odd = strcmp(how, "vanished") != 0 && (!shut_down || state.reason == SHUTDOWN_crash);
    int described = 0;

    // A domain that has shut down has no CPU left that runs or waits.
    if (odd && !shut_down)
        described = domain_vcpus_describe(&run->host, (uint32_t)run->domid, vcpus, sizeof(vcpus));

    if (strcmp(how, "vanished") != 0 &&
        domain_console_map(&run->host, (uint32_t)run->domid, &page) == 0) {
        uint32_t left = console_settle(run, page, rest);
        xenforeignmemory_unmap(run->host.memory, page, 1);
        console_write(run);
        if (left > 0)
            record_write("rest", rest, left);
    } else {
        console_write(run);
    }
    if (described > 0)
        record_write("vcpus", vcpus, (size_t)described);
    if (odd)
        context_write(run);
    xen_log_write(run);
    if (strcmp(how, "vanished") != 0)
        domain_destroy(run);
    end_write(how, &state, seconds, wall, 0);
    unlink(run->log_path);
    return 0;
}

int main(int argc, char **argv)
{
    struct run run = {.timeout = 60, .terminal = -1, .input_file = -1};
    sigset_t mask;
    int option;

    while ((option = getopt(argc, argv, "+t:n:i:w:L")) != -1) {
        if (option == 't')
            run.timeout = strtod(optarg, NULL);
        else if (option == 'n')
            run.name = optarg;
        else if (option == 'i')
            run.input = optarg;
        else if (option == 'w')
            run.input_cue = optarg;
        else if (option == 'L')
            run.live = true;
        else
            return 64;
    }
    if (!run.name || optind >= argc) {
        fprintf(stderr,
                "usage: halvm-guest [-t SECONDS] [-i FILE [-w CUE]] [-L] -n NAME xl create ...\n");
        return 64;
    }
    run.create_words = argv + optind;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGHUP);
    sigaddset(&mask, SIGINT);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    run.signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    errno = ENODEV;
    if (host_open(&run.host) < 0)
        fail("Xen");
    if (!xs_watch(run.host.xs, "@releaseDomain", "ended"))
        fail("xenstore");
    return guest_run(&run);
}
