// SPDX-License-Identifier: BSD-3-Clause
// Runs one guest to its end and tells how it ended, as records on standard output: a line
// "NAME LENGTH", that many bytes, and a newline. In order of appearance:
//   created  "DOMID\n"                   the domain exists and runs
//   moved    "DOMID\n"                   it was restored, or migrated to this machine, as this
//   domain refed    "BYTES\n"                   the console daemon dropped the terminal; fed again
//   from there live     bytes of the console        only with -L, as they come xl       what `xl
//   create` printed console  the whole console output    (not with -L) rest     bytes left in the
//   console ring that the guest never sent an event for vcpus    state of the virtual CPUs   when
//   the guest had to be ended context  registers and stacks        when the guest crashed or had to
//   be ended log      what Xen logged meanwhile end      lines "key value": how, reason, cpu_time,
//   nanoseconds, xl_status
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
    const char *input_cue;  // feed the input only after the console showed this; NULL: at once
    const char *script;     // while this file exists, dom0's script may save and restore the guest
    const char *domid_path; // the domain's number is written there; NULL: nowhere
    char **create_words;
    double timeout;
    bool live;
    char log_path[512];
    char incoming_path[512]; // the log of a guest that a local migration brought
    uint32_t log_index;
    int domid;
    int signals;
    off_t live_sent;
    int terminal;
    uint8_t input_buffer[1024];
    size_t input_have, input_done;
    int input_file;
    bool input_over;  // all of it is written to the terminal
    bool input_again; // the terminal was lost, perhaps with input in it
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
        const struct timespec now = {0};
        sigset_t none, blocked;
        // The signals that end this program, which come to its whole group, must not end xl half
        // way through a domain; nor those that came before it left the group.
        setpgid(0, 0);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, NULL, &blocked);
        while (sigtimedwait(&blocked, NULL, &now) > 0)
            ;
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

static void terminal_lost(struct run *run)
{
    close(run->terminal);
    run->terminal = -1;
    run->input_have = run->input_done = 0;
    run->input_over = false;
    run->input_again = true;
}

// The terminal was lost: the console daemon drops one when a read from it fails, with all input in
// it, and makes another. The ring's counter tells how much the guest was given; it is fed again
// from there. False when the ring is not there (a guest that is just being restored).
static bool input_rewind(struct run *run)
{
    char text[32];
    struct stat st;
    void *page;

    if (domain_console_map(&run->host, (uint32_t)run->domid, &page) < 0)
        return false;
    off_t given = domain_console_given(page);
    xenforeignmemory_unmap(run->host.memory, page, 1);
    run->input_again = false;
    run->input_over = fstat(run->input_file, &st) < 0 || given >= st.st_size;
    if (!run->input_over) {
        record_write("refed", text,
                     (size_t)snprintf(text, sizeof(text), "%lld\n", (long long)given));
        lseek(run->input_file, given, SEEK_SET);
    }
    return !run->input_over;
}

// Opens the guest's terminal once the console daemon has named it; before that it stays -1.
static void input_open(struct run *run)
{
    char path[64];
    unsigned int length;

    if (!run->input || run->terminal >= 0 || run->input_over)
        return;
    if (run->input_cue && !cue_shown(run))
        return;
    if (run->input_file < 0) {
        run->input_file = open(run->input, O_RDONLY | O_CLOEXEC);
        if (run->input_file < 0)
            fail(run->input);
    }
    if (run->input_again && !input_rewind(run))
        return;
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
                run->input_over = true;
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

static bool script_runs(struct run *run)
{
    return run->script && access(run->script, F_OK) == 0;
}

// Writes the domain's number for dom0's script.
static void domid_tell(struct run *run)
{
    char part[600];

    if (!run->domid_path)
        return;
    snprintf(part, sizeof(part), "%s.part", run->domid_path);
    FILE *file = fopen(part, "we");
    if (!file || fprintf(file, "%d\n", run->domid) < 0 || fclose(file) != 0 ||
        rename(part, run->domid_path) < 0)
        fail(run->domid_path);
}

// The domain is gone while dom0's script runs: perhaps saved, and restored as another domain of the
// same name. Returns whether there is such a one.
static bool guest_follow(struct run *run)
{
    char text[16];
    int domid = domain_find(&run->host, run->name);

    if (domid < 0 || domid == run->domid)
        return false;
    run->domid = domid;
    record_write("moved", text, (size_t)snprintf(text, sizeof(text), "%d\n", domid));
    domid_tell(run);
    if (run->terminal >= 0)
        terminal_lost(run);
    return true;
}

static off_t file_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : 0;
}

// Waits for the guest's end. The time-out is counted from the moment that `xl create` returned. A
// suspend, or that the domain is gone, is the end only when no script of dom0 may have done it.
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
        // Asked first: what the script did before its end is seen below.
        bool script = script_runs(run);
        int rc = domain_state_read(&run->host, (uint32_t)run->domid, state);
        bool gone = rc < 0 || !state->exists;
        if (gone && guest_follow(run))
            continue;
        if (gone && !script)
            return "vanished";
        if (!gone && state->shut_down && !(script && state->reason == SHUTDOWN_suspend))
            return "shutdown";
        double left = end - seconds_now();
        if (left <= 0)
            return "timeout";
        if (file_size(run->log_path) > console_limit)
            return "flood";
        if (run->live)
            live_forward(run);
        input_open(run);
        bool feeding = run->terminal >= 0 && !run->input_over;
        struct pollfd p[] = {
            {.fd = xs_fileno(run->host.xs), .events = POLLIN},
            {.fd = timer, .events = POLLIN},
            {.fd = watch, .events = POLLIN},
            {.fd = run->signals, .events = POLLIN},
            {.fd = run->terminal, .events = (short)(feeding ? POLLIN | POLLOUT : POLLIN)},
        };
        int wait_ms = left > 1000 ? 1000000 : (int)(left * 1000) + 1;
        if (run->input && run->terminal < 0 && !run->input_over)
            wait_ms = 10;
        else if (gone)
            wait_ms = 100;
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
        if (p[4].revents & POLLIN)
            terminal_drain(run);
        if (p[4].revents & (POLLHUP | POLLERR))
            terminal_lost(run);
    }
}

// Lets the console daemon take what the guest wrote, and finds what it was never told of.
static uint32_t console_settle(struct run *run, void *page, uint8_t *rest)
{
    double end = seconds_now() + CONSOLE_SECONDS;
    struct timespec pause = {.tv_nsec = 2 * 1000000L};
    uint32_t pending, seen;

    do {
        pending = domain_console_pending(page, NULL, 0);
        seen = (uint32_t)(file_size(run->log_path) + file_size(run->incoming_path));
        if (pending == 0 && seen == domain_console_total(page))
            return 0;
        terminal_drain(run);
        nanosleep(&pause, NULL);
    } while (seconds_now() < end);
    return domain_console_pending(page, rest, RING_MAX);
}

// All of a file, appended to *text.
static void file_append(const char *path, char **text, size_t *length)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    while (file >= 0 && n > 0) {
        char *more = realloc(*text, *length + TEXT_MAX);
        if (!more)
            break;
        *text = more;
        n = read(file, *text + *length, TEXT_MAX);
        *length += n > 0 ? (size_t)n : 0;
    }
    if (file >= 0)
        close(file);
}

static void console_write(struct run *run)
{
    char *text = NULL;
    size_t length = 0;

    if (run->live) {
        live_forward(run);
        return;
    }
    file_append(run->log_path, &text, &length);
    file_append(run->incoming_path, &text, &length);
    record_write("console", text ? text : "", length);
    free(text);
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
    snprintf(run->incoming_path, sizeof(run->incoming_path), "%s/guest-%s--incoming.log",
             log_folder, run->name);
    unlink(run->log_path);
    unlink(run->incoming_path);
    if (guest_create(run) < 0)
        return 0;
    domid_tell(run);
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
    // In a group dom0's script may still look at it.
    if (!run->script) {
        unlink(run->log_path);
        unlink(run->incoming_path);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct run run = {.timeout = 60, .terminal = -1, .input_file = -1};
    sigset_t mask;
    int option;

    while ((option = getopt(argc, argv, "+t:n:i:w:s:d:L")) != -1) {
        if (option == 't')
            run.timeout = strtod(optarg, NULL);
        else if (option == 'n')
            run.name = optarg;
        else if (option == 'i')
            run.input = optarg;
        else if (option == 'w')
            run.input_cue = optarg;
        else if (option == 's')
            run.script = optarg;
        else if (option == 'd')
            run.domid_path = optarg;
        else if (option == 'L')
            run.live = true;
        else
            return 64;
    }
    if (!run.name || optind >= argc) {
        fprintf(stderr,
                "usage: halvm-guest [-t SECONDS] [-i FILE [-w CUE]] [-s SCRIPT] [-d FILE] [-L] "
                "-n NAME xl create ...\n");
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
