# SPDX-License-Identifier: BSD-3-Clause
"""Child processes that end with us, however we end."""
import ctypes
import signal

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent():
    """For preexec_fn: the kernel sends the child SIGTERM when its parent dies."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
