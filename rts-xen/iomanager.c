// SPDX-License-Identifier: BSD-3-Clause
// Messages to base's I/O manager (GHC.Event), over the descriptors that it names: an event
// descriptor that wakes it, and pipes that take commands of a byte each. The non-threaded runtime
// has no manager, but base links the calls.
#include "rts_private.h"

#include <string.h>
#include <unistd.h>

#include "iomanager.h"

static int wakeup_fd = -1;
static int timer_manager_fd = -1;

void setIOManagerWakeupFd(int fd)
{
    __atomic_store_n(&wakeup_fd, fd, __ATOMIC_SEQ_CST);
}

void setTimerManagerControlFd(int fd)
{
    __atomic_store_n(&timer_manager_fd, fd, __ATOMIC_SEQ_CST);
}

// The manager takes the descriptor back before it closes it: a write that fails after that is none
// of our business.
void ioManagerWakeup(void)
{
    const StgWord64 count = 0xff; // GHC.Event.Control knows this value as a wake-up
    int fd = __atomic_load_n(&wakeup_fd, __ATOMIC_SEQ_CST);

    if (fd >= 0 && write(fd, &count, sizeof(count)) != (ssize_t)sizeof(count) &&
        __atomic_load_n(&wakeup_fd, __ATOMIC_SEQ_CST) >= 0)
        errorBelch("ioManagerWakeup: the I/O manager cannot be woken");
}

// The control pipe of each capability's manager; those beyond end with the guest, unasked. The
// runtime keeps them, too, but not where we can see them: the linker (--wrap) sends base's calls
// here first.
#define MANAGERS_MAX 256
static int manager_fd[MANAGERS_MAX]; // descriptor + 1

void __real_setIOManagerControlFd(uint32_t cap_no, int fd);
void __wrap_setIOManagerControlFd(uint32_t cap_no, int fd);

void __wrap_setIOManagerControlFd(uint32_t cap_no, int fd)
{
    if (cap_no < MANAGERS_MAX)
        __atomic_store_n(&manager_fd[cap_no], fd + 1, __ATOMIC_SEQ_CST);
    __real_setIOManagerControlFd(cap_no, fd);
}

#if defined(THREADED_RTS)

#define COMMAND_DIE 0xfe

static void tell_to_die(int fd)
{
    const unsigned char command = COMMAND_DIE;

    if (fd >= 0 && write(fd, &command, 1) != 1)
        errorBelch("ioManagerDie: a manager does not take its command");
}

void ioManagerDie(void)
{
    tell_to_die(__atomic_exchange_n(&timer_manager_fd, -1, __ATOMIC_SEQ_CST));
    for (unsigned int i = 0; i < MANAGERS_MAX; i++)
        tell_to_die(__atomic_exchange_n(&manager_fd[i], 0, __ATOMIC_SEQ_CST) - 1);
}

void ioManagerStartCap(Capability **cap)
{
    rts_evalIO(cap, &base_GHCziConcziIO_ensureIOManagerIsRunning_closure, NULL);
}

void ioManagerStart(void)
{
    if (__atomic_load_n(&timer_manager_fd, __ATOMIC_SEQ_CST) >= 0 &&
        __atomic_load_n(&wakeup_fd, __ATOMIC_SEQ_CST) >= 0)
        return;

    Capability *cap = rts_lock();

    ioManagerStartCap(&cap);
    rts_unlock(cap);
}

bool iomanager_send_signal(int sig, const siginfo_t *info)
{
    unsigned char message[1 + sizeof(*info)] = {(unsigned char)sig};
    int fd = __atomic_load_n(&timer_manager_fd, __ATOMIC_SEQ_CST);

    if (info)
        memcpy(message + 1, info, sizeof(*info));
    return fd >= 0 && write(fd, message, sizeof(message)) == (ssize_t)sizeof(message);
}

#endif
