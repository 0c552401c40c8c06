// SPDX-License-Identifier: BSD-3-Clause
// From app_start() to the end: arguments, environment, constructors, exit handlers, signals,
// setjmp, fortified calls.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fortify.h"
#include "shim.h"
#include "subject.h"

void ml_app_start(void);
int ml_main(int argc, char **argv, char **envp);
extern int shim_constructed;
ML(printf);
ML(getenv);
ML(setenv);
ML(unsetenv);
ML(putenv);
ML(atexit);
ML(exit);
ML(_exit);
ML(abort);
ML(raise);
ML(kill);
ML(sigaction);
ML(sigprocmask);
ML(sigemptyset);
ML(sigaddset);
ML(sigismember);
ML(getpid);
ML(sysconf);
ML(longjmp);
ML(posix_spawnp);
ML(posix_spawn_file_actions_init);
ML(posix_spawnattr_setpgroup);
ML(__errno_location);
ML(program_invocation_short_name);
extern __typeof__(__memcpy_chk) ml___memcpy_chk;
extern __typeof__(__sprintf_chk) ml___sprintf_chk;
int ml__setjmp(jmp_buf env) __attribute__((returns_twice));

static void handler(void)
{
    ml_printf("handler\n");
}

static int (*program)(int argc, char **argv);

int ml_main(int argc, char **argv, char **envp)
{
    (void)envp;
    return program(argc, argv);
}

static int show_arguments(int argc, char **argv)
{
    ml_atexit(handler);
    for (int i = 0; i < argc; i++)
        ml_printf("<%s>", argv[i]);
    ml_printf("%s env %s,%s constructed %d ", argv[argc] ? "?" : "",
              ml_getenv("A") ? ml_getenv("A") : "-", ml_getenv("B") ? ml_getenv("B") : "-",
              shim_constructed);
    return 0x105;
}

static void start(void *arg)
{
    (void)arg;
    ml_app_start();
}

static void test_start(void)
{
    check_begin("process: from the start to the exit");
    program = show_arguments;
    shim_output_reset();
    shim_set_cmdline(
        "one 'two words' halvm.env.A=x halvm.grant=v2 +RTS halvm.aslr=off -s \"halvm.env.B=y z\" "
        "halvm. --halvm.x=1 halvm.x");
    CHECK(shim_run(start, NULL) == SHIM_EXIT && shim_exit_status == 5, "exit status %d %s",
          shim_exit_status, shim_panic_text);
    const char *want = "<main><one><two words><+RTS><-s><halvm.><--halvm.x=1><halvm.x> env x,y z "
                       "constructed 8 handler\n";
    CHECK(strcmp(shim_output, want) == 0, "'%.200s'", shim_output);
    shim_set_cmdline("halvm.events=2l a -- halvm.events=fifo halvm.env.A=1 --");
    shim_output_reset();
    CHECK(shim_run(start, NULL) == SHIM_EXIT, "behind --");
    CHECK(strcmp(shim_output, "<main><a><--><halvm.events=fifo><halvm.env.A=1><--> env -,- "
                              "constructed 6 handler\n") == 0,
          "'%s'", shim_output);
    shim_set_cmdline("halvm.event=2l halvm.aslr=on halvm.aslr=offer");
    shim_output_reset();
    CHECK(shim_run(start, NULL) == SHIM_EXIT, "options that do not exist");
    CHECK(strcmp(shim_output, "halvm: command line: no such option: halvm.event=2l\n"
                              "halvm: command line: no such option: halvm.aslr=on\n"
                              "halvm: command line: no such option: halvm.aslr=offer\n"
                              "<main> env -,- constructed 1 handler\n") == 0,
          "'%s'", shim_output);
    shim_set_cmdline("");
    shim_output_reset();
    CHECK(shim_run(start, NULL) == SHIM_EXIT, "no arguments");
    CHECK(strcmp(shim_output, "<main> env -,- constructed 1 handler\n") == 0, "'%s'", shim_output);
    check_end();
}

static char order[20];
static void first(void)
{
    strcat(order, "1");
}
static void again(void)
{
    strcat(order, "3");
}
static void second(void)
{
    strcat(order, "2");
    ml_atexit(again);
}
static void last(void)
{
    ml_printf("%s", order);
}

static void exit_in_order(void *arg)
{
    (void)arg;
    ml_atexit(last);
    for (int i = 0; i < 40; i++)
        if (ml_atexit(i == 20 ? second : i == 10 ? first : handler) != 0)
            ml_abort();
    ml_printf("x");
    ml_exit(-1);
}

static void exit_at_once(void *arg)
{
    (void)arg;
    ml_printf("lost");
    ml__exit(3);
}

static void do_abort(void *arg)
{
    (void)arg;
    ml_abort();
}

static void test_ends(void)
{
    check_begin("process: exit and abort");
    shim_output_reset();
    CHECK(shim_run(exit_in_order, NULL) == SHIM_EXIT && shim_exit_status == 255, "status %d",
          shim_exit_status);
    CHECK(strstr(shim_output, "handler\n231") && strncmp(shim_output, "xhandler", 8) == 0, "'%s'",
          shim_output);
    shim_output_reset();
    CHECK(shim_run(exit_at_once, NULL) == SHIM_EXIT && shim_exit_status == 3 && !shim_output_len,
          "_exit");
    CHECK(shim_run(do_abort, NULL) == SHIM_PANIC && strstr(shim_panic_text, "abort"), "abort: '%s'",
          shim_panic_text);
    check_end();
}

static void overflow_memcpy(void *arg)
{
    char to[4];
    ml___memcpy_chk(to, arg, 5, sizeof(to));
}

static void overflow_sprintf(void *arg)
{
    char to[4];
    ml___sprintf_chk(to, 1, sizeof(to), "%s", (char *)arg);
}

static volatile int caught;
static void on_signal(int sig)
{
    caught = sig;
}

static void do_raise(void *arg)
{
    ml_raise(*(int *)arg);
}

static void test_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal}, old;
    sigset_t set, before;
    int sig;

    check_begin("process: signals, fortified calls");
    CHECK(ml_sigaction(SIGINT, &sa, &old) == 0 && old.sa_handler == SIG_DFL, "sigaction");
    CHECK(ml_raise(SIGINT) == 0 && caught == SIGINT, "raise");
    ml_sigemptyset(&set);
    CHECK(ml_sigaddset(&set, SIGINT) == 0 && ml_sigismember(&set, SIGINT) == 1 &&
              ml_sigismember(&set, SIGTERM) == 0 && ml_sigaddset(&set, 99) == -1,
          "sets");
    CHECK(ml_sigprocmask(SIG_BLOCK, &set, &before) == 0 && ml_sigismember(&before, SIGINT) == 0,
          "sigprocmask");
    caught = 0;
    CHECK(ml_kill(ml_getpid(), SIGINT) == 0 && caught == 0, "blocked");
    CHECK(ml_sigprocmask(SIG_SETMASK, &before, NULL) == 0 && caught == SIGINT,
          "and delivered later");
    sa.sa_handler = SIG_IGN;
    ml_sigaction(SIGINT, &sa, NULL);
    CHECK(ml_raise(SIGINT) == 0, "ignored");
    CHECK(ml_kill(77, SIGINT) == -1 && *ml___errno_location() == ESRCH && ml_kill(1, 99) == -1 &&
              *ml___errno_location() == EINVAL,
          "kill");
    CHECK(ml_sigaction(SIGKILL, &sa, NULL) == -1, "SIGKILL");
    sig = SIGCHLD;
    CHECK(ml_raise(sig) == 0, "SIGCHLD is ignored");
    sig = SIGTERM;
    CHECK(shim_run(do_raise, &sig) == SHIM_EXIT && shim_exit_status == 128 + SIGTERM, "SIGTERM");
    sig = SIGSEGV;
    CHECK(shim_run(do_raise, &sig) == SHIM_PANIC && strstr(shim_panic_text, "Segmentation fault"),
          "SIGSEGV: '%s'", shim_panic_text);
    CHECK(shim_run(overflow_memcpy, (void *)"12345") == SHIM_PANIC &&
              strstr(shim_panic_text, "memcpy: buffer overflow"),
          "memcpy");
    CHECK(shim_run(overflow_sprintf, (void *)"1234") == SHIM_PANIC, "sprintf that does not fit");
    CHECK(shim_run(overflow_sprintf, (void *)"123") == SHIM_RETURNED, "sprintf that does");
    check_end();
}

static jmp_buf target;

static int jump(volatile int value)
{
    volatile int turns = 0;
    int rc = ml__setjmp(target);
    turns++;
    if (turns == 1)
        ml_longjmp(target, value);
    return turns == 2 ? rc : -1;
}

static void test_rest(void)
{
    check_begin("process: environment, setjmp, sysconf, posix_spawn");
    CHECK(ml_setenv("X", "1", 1) == 0 && ml_setenv("X", "2", 0) == 0 &&
              strcmp(ml_getenv("X"), "1") == 0,
          "setenv");
    CHECK(ml_setenv("X", "3", 1) == 0 && strcmp(ml_getenv("X"), "3") == 0, "overwrite");
    CHECK(ml_setenv("XY", "4", 1) == 0 && strcmp(ml_getenv("XY"), "4") == 0 &&
              strcmp(ml_getenv("X"), "3") == 0,
          "names");
    CHECK(ml_setenv("", "1", 1) == -1 && ml_setenv("A=B", "1", 1) == -1 &&
              *ml___errno_location() == EINVAL,
          "bad names");
    CHECK(ml_unsetenv("X") == 0 && !ml_getenv("X") && ml_getenv("XY"), "unsetenv");
    static char entry[] = "P=5";
    CHECK(ml_putenv(entry) == 0 && ml_getenv("P") == entry + 2, "putenv");
    CHECK(ml_putenv((char *)"P") == 0 && !ml_getenv("P"), "putenv of a name");
    CHECK(jump(7) == 7 && jump(0) == 1 && jump(-3) == -3, "longjmp");
    CHECK(ml_sysconf(_SC_PAGESIZE) == 4096 && ml_sysconf(_SC_NPROCESSORS_ONLN) == 1 &&
              ml_sysconf(_SC_PHYS_PAGES) == 65536,
          "sysconf");
    pid_t pid = 4711;
    char *argv[] = {(char *)"sh", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    CHECK(ml_posix_spawn_file_actions_init(&actions) == ENOSYS &&
              ml_posix_spawnattr_setpgroup(&attr, 0) == ENOSYS &&
              ml_posix_spawnp(&pid, "sh", NULL, NULL, argv, argv + 1) == ENOSYS && pid == 4711,
          "posix_spawn");
    check_end();
}

void test_process(void)
{
    test_start();
    test_ends();
    test_signals();
    test_rest();
}
