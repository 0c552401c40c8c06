# SPDX-License-Identifier: BSD-3-Clause
"""Where the lab keeps its things."""
import os
import shutil
import tempfile

ROOM = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REPO = os.path.dirname(ROOM)
DOM0_SOURCES = os.path.join(ROOM, "dom0")


def home():
    """The folder of caches and state; nothing outside it is kept."""
    return os.path.abspath(os.environ.get("HALVM_LAB") or os.path.join(REPO, "build", "lab"))


def images():
    return os.path.join(home(), "images")


def debs():
    return os.path.join(home(), "debs")


def up_state():
    return os.path.join(home(), "up.json")


def runtime_dir():
    """A fresh private folder with a short name: socket paths are limited to 107 bytes."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if not os.access(base, os.W_OK):
        base = tempfile.gettempdir()
    clear_dead(base)
    return tempfile.mkdtemp(prefix="halvm-lab-%d-" % os.getpid(), dir=base)


def clear_dead(base):
    """Remove the run folders of labs of this user whose owner was killed outright."""
    for entry in os.listdir(base):
        part = entry.split("-")
        if not entry.startswith("halvm-lab-") or len(part) < 4 or not part[2].isdigit():
            continue
        path = os.path.join(base, entry)
        try:
            if os.stat(path).st_uid == os.getuid() and not process_lives(int(part[2])):
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue


def process_lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
