# SPDX-License-Identifier: BSD-3-Clause
"""Child processes that the kernel ends when their parent ends, however that happens."""
import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1

_prctl = ctypes.CDLL(None, use_errno=True).prctl


def dies_with_parent():
    """A `preexec_fn` for subprocess. The parent is the thread that starts the child: it must not end before the child
    is to."""
    parent = os.getpid()

    def prepare():
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
