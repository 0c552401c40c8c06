# SPDX-License-Identifier: BSD-3-Clause
"""The lab that stays up: a supervisor in the background owns QEMU, later commands find it by its state file."""
import fcntl
import json
import os
import shutil
import signal
import sys
import time
import traceback

from . import LabError, image, machine, paths, session

IDLE_MINUTES = 120.0
_CHECK_SECONDS = 2.0


class Standing:
    """What a client needs of a lab that is up."""

    def __init__(self, state):
        self.state = state
        self.folder = state["folder"]
        # Its own copy: the folder of images may have been replaced by newer ones since.
        self.images = image.Images(state["folder"])

    def connect(self):
        return session.connect(self.folder)


def _lock_path():
    return os.path.join(paths.home(), "up.lock")


def find():
    """The lab that is up, or None. A state file whose supervisor is gone counts for nothing."""
    try:
        with open(_lock_path(), "rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
            except BlockingIOError:
                pass
        with open(paths.up_state(), encoding="utf-8") as source:
            return Standing(json.load(source))
    except FileNotFoundError:
        return None


def need():
    lab = find()
    if lab is None:
        raise LabError("no lab is up: start one with `up`")
    return lab


def up(settings, idle_minutes, say):
    """Starts a supervisor and returns the new lab once dom0 answers."""
    if find():
        raise LabError("a lab is up already: `status` shows it, `down` ends it")
    image.ready(say)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setsid()
        if os.fork():
            os._exit(0)
        _supervise(settings, idle_minutes, writer)
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "r", encoding="utf-8") as pipe:
        message = pipe.read()
    if message != "ready":
        raise LabError(message or "the lab's supervisor died while it started")
    return need()


def _supervise(settings, idle_minutes, writer):
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    lab = None
    try:
        with open(_lock_path(), "a+b") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LabError("another lab is starting up") from None
            lab = machine.Machine(settings)
            _serve(lab, settings, idle_minutes, writer)
    except BaseException as error:
        text = str(error) if isinstance(error, LabError) else traceback.format_exc()
        try:
            os.write(writer, text.encode(errors="replace"))
        except OSError:
            pass
    finally:
        if lab:
            lab.stop()


def _serve(lab, settings, idle_minutes, writer):
    def leave(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)
    lab.start()
    shutil.copy(os.path.join(lab.images.folder, "info.json"), lab.folder)
    lab.wait_ready()
    state = {"pid": os.getpid(), "qemu": lab.process.pid, "folder": lab.folder, "memory": settings.memory,
             "smp": settings.smp, "icount": settings.icount, "since": time.time(), "idle_minutes": idle_minutes}
    with open(paths.up_state() + ".new", "w", encoding="utf-8") as out:
        json.dump(state, out)
    os.rename(paths.up_state() + ".new", paths.up_state())
    os.write(writer, b"ready")
    os.close(writer)
    try:
        last_use = time.monotonic()
        while lab.process.poll() is None:
            time.sleep(_CHECK_SECONDS)
            if _in_use(lab.folder):
                last_use = time.monotonic()
            if time.monotonic() - last_use > idle_minutes * 60:
                return
    finally:
        os.unlink(paths.up_state())


def _in_use(folder):
    """Whether a client holds a port, or has since the last look."""
    used = False
    for number in range(session.FIRST_PORT, session.LAST_PORT + 1):
        path = session.port_path(folder, number) + ".lock"
        try:
            with open(path, "rb") as lock:
                used = used or time.time() - os.stat(path).st_mtime < 2 * _CHECK_SECONDS
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            continue
        except BlockingIOError:
            return True
    return used


def down():
    """Ends the lab that is up; False when there is none."""
    lab = find()
    if lab is None:
        return False
    pid = lab.state["pid"]
    for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if find() is None:
                return True
            time.sleep(0.05)
    raise LabError("the supervisor %d does not end" % pid)


def status(out=sys.stdout):
    lab = find()
    if lab is None:
        print("no lab is up", file=out)
        return 1
    state = lab.state
    print("up for %d s: %d MB, %d processors%s, supervisor %d, QEMU %d\nXen's log: %s"
          % (time.time() - state["since"], state["memory"], state["smp"],
             ", deterministic" if state["icount"] else "", state["pid"], state["qemu"],
             os.path.join(lab.folder, "xen.log")), file=out)
    with lab.connect() as link:
        link.run(["xl", "list"], out=lambda data: out.write(data.decode(errors="replace")))
    return 0
