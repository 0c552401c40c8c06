// SPDX-License-Identifier: BSD-3-Clause
// A function that has written over the end of a buffer on its stack does not return: the guest ends
// as a crash that names the function. So for one of the program's, which was compiled with the
// stack protector, and, with `libc` as argument, for one of libc's. What longjmp() leaves behind,
// and another thread's functions, are no reason for that.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include "../common/test.h"

const char test_title[] = "a smashed stack";

#define PROTECTED __attribute__((noinline, stack_protect))

static int words;
static char *too_long = "a line that is some forty characters long";
static jmp_buf out;
static volatile char sink;

static void __attribute__((constructor)) keep(int argc, char **argv)
{
    (void)argv;
    words = argc;
}

PROTECTED static void copy_line(const char *line)
{
    char buffer[16];

    strcpy(buffer, line); // NOLINT: this is the error
    sink = buffer[3];
}

PROTECTED static void leave(volatile char *p)
{
    char buffer[16];

    memset(buffer, 1, sizeof(buffer));
    p[0] = buffer[1];
    longjmp(out, 1);
}

PROTECTED static void *in_thread(void *arg)
{
    char buffer[64];

    if (setjmp(out) == 0)
        leave(buffer);
    copy_line("a short line");
    return arg;
}

// libc's record lies on the stack of the function that calls this, a struct sigaction perhaps above
// it.
static void handler(int sig, siginfo_t *info, void *context)
{
    volatile char *p = (volatile char *)info;

    (void)sig;
    (void)context;
    printk("the handler writes too far\n");
    for (size_t i = 0; i < sizeof(*info) + sizeof(struct sigaction) + 64; i++)
        p[i] = 'x';
}

void test_main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    pthread_t thread;

    CHECK(in_thread(&thread) == &thread);
    CHECK_EQ(pthread_create(&thread, NULL, in_thread, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    printk("so far, so good\n");
    if (words == 1) {
        copy_line(too_long);
    } else {
        sigaction(SIGUSR1, &action, NULL);
        raise(SIGUSR1);
    }
    test_failure("nobody saw it");
}
