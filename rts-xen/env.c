// SPDX-License-Identifier: BSD-3-Clause
// Environment variables and terminal settings, as far as the runtime looks at them.
#include "rts_private.h"

#include <termios.h>
#include <unistd.h>

extern char **environ;

void getProgEnvv(int *out_envc, char **out_envv[])
{
    int count = 0;

    while (environ && environ[count])
        count++;
    *out_envc = count;
    *out_envv = environ;
}

// The vector that getProgEnvv() gave is the live one.
void freeProgEnvv(int envc, char *envv[])
{
    (void)envc;
    (void)envv;
}

// What base saved before it changed a standard descriptor's terminal (malloc'd by base), to be put
// back at exit.
static struct termios *saved_termios[3];

static bool is_standard_fd(int fd)
{
    return fd >= STDIN_FILENO && fd <= STDERR_FILENO;
}

void *__hscore_get_saved_termios(int fd)
{
    return is_standard_fd(fd) ? saved_termios[fd] : NULL;
}

void __hscore_set_saved_termios(int fd, void *ts)
{
    if (is_standard_fd(fd))
        saved_termios[fd] = ts;
}

void resetTerminalSettings(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (saved_termios[fd])
            tcsetattr(fd, TCSANOW, saved_termios[fd]);
    }
}
