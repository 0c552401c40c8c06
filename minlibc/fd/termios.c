// SPDX-License-Identifier: BSD-3-Clause
// <termios.h>, and ioctl() as far as terminals and pipes have it.
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <halvm/console.h>
#include <halvm/time.h>

#include "fd/pipe.h"
#include "fd/tty.h"
#include "libc.h"

// 0, or -EBADF, -ENOTTY.
static int check_terminal(int fd)
{
    struct file *f = fd_get(fd);

    if (!f)
        return -EBADF;
    bool terminal = f->ops->terminal;
    file_put(f);
    return terminal ? 0 : -ENOTTY;
}

int isatty(int fd)
{
    int rc = check_terminal(fd);

    if (rc) {
        errno = -rc;
        return 0;
    }
    return 1;
}

int tcgetattr(int fd, struct termios *t)
{
    int rc = check_terminal(fd);

    if (!rc)
        tty_get(t);
    return (int)libc_result(rc);
}

#define DRAIN_NS (10 * NS_PER_SEC)

int tcdrain(int fd)
{
    int rc = check_terminal(fd);

    if (!rc)
        rc = console_drain(time_monotonic() + DRAIN_NS);
    return (int)libc_result(rc == -ETIMEDOUT ? -EIO : rc);
}

int tcsetattr(int fd, int when, const struct termios *t)
{
    int rc = check_terminal(fd);

    if (rc)
        return libc_fail(-rc);
    if (when != TCSANOW && when != TCSADRAIN && when != TCSAFLUSH)
        return libc_fail(EINVAL);
    if (when != TCSANOW && tcdrain(fd) < 0)
        return -1;
    tty_set(t, when == TCSAFLUSH);
    return 0;
}

int tcflush(int fd, int queue)
{
    int rc = check_terminal(fd);

    if (!rc && queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH)
        rc = -EINVAL;
    if (!rc && queue != TCOFLUSH)
        tty_discard_input();
    return (int)libc_result(rc);
}

// Flow control and breaks have no meaning on a ring in memory.
int tcflow(int fd, int action)
{
    (void)action;
    int rc = check_terminal(fd);
    return libc_fail(rc ? -rc : ENOSYS);
}

int tcsendbreak(int fd, int duration)
{
    (void)duration;
    int rc = check_terminal(fd);
    return libc_fail(rc ? -rc : ENOSYS);
}

// There are no process groups.
pid_t tcgetpgrp(int fd)
{
    int rc = check_terminal(fd);
    return (int)libc_result(rc ? rc : 1);
}

int tcsetpgrp(int fd, pid_t group)
{
    int rc = check_terminal(fd);
    return (int)libc_result(rc ? rc : group == 1 ? 0 : -EPERM);
}

speed_t cfgetispeed(const struct termios *t)
{
    return t->c_ispeed;
}

speed_t cfgetospeed(const struct termios *t)
{
    return t->c_ospeed;
}

int cfsetispeed(struct termios *t, speed_t speed)
{
    t->c_ispeed = speed;
    return 0;
}

int cfsetospeed(struct termios *t, speed_t speed)
{
    t->c_ospeed = speed;
    return 0;
}

void cfmakeraw(struct termios *t)
{
    t->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    t->c_oflag &= ~(tcflag_t)OPOST;
    t->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    t->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
    t->c_cflag |= CS8;
    t->c_cc[VMIN] = 1;
    t->c_cc[VTIME] = 0;
}

int ttyname_r(int fd, char *buf, size_t size)
{
    static const char name[] = "/dev/console";
    int rc = check_terminal(fd);

    if (rc)
        return -rc;
    if (size < sizeof(name))
        return ERANGE;
    memcpy(buf, name, sizeof(name));
    return 0;
}

char *ttyname(int fd)
{
    static char name[16];
    int rc = ttyname_r(fd, name, sizeof(name));

    if (rc) {
        errno = rc;
        return NULL;
    }
    return name;
}

char *ctermid(char *buf)
{
    static char name[L_ctermid];
    return strcpy(buf ? buf : name, "/dev/tty");
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list ap;
    va_start(ap, request);
    void *arg = va_arg(ap, void *);
    va_end(ap);

    struct file *f = fd_get(fd);
    if (!f)
        return libc_fail(EBADF);
    int rc = 0;
    if (request == FIONREAD) {
        if (f->ops->terminal)
            *(int *)arg = (int)tty_input_available();
        else
            rc = pipe_bytes_available(f, arg);
    } else if (request == FIONBIO) {
        f->flags = *(int *)arg ? f->flags | O_NONBLOCK : f->flags & ~O_NONBLOCK;
    } else {
        rc = -ENOTTY;
    }
    file_put(f);
    return (int)libc_result(rc);
}
