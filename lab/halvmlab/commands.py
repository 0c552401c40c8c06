# SPDX-License-Identifier: BSD-3-Clause
"""Commands that work in dom0 of a lab that is up."""
import fcntl
import os
import shutil
import signal
import struct
import sys
import termios
import tty

from . import LabError, batch, config, machine, session, standing


def _write_to(fd):
    def write(data):
        while data:
            data = data[os.write(fd, data):]
    return write


class _Terminal:
    """The user's terminal in raw mode, its size passed on."""

    def __enter__(self):
        self.saved = termios.tcgetattr(0)
        self.resized = True
        signal.signal(signal.SIGWINCH, self._note)
        tty.setraw(0)
        return self

    def __exit__(self, *unused):
        termios.tcsetattr(0, termios.TCSADRAIN, self.saved)
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)

    def _note(self, *unused):
        self.resized = True

    def events(self):
        if not self.resized:
            return []
        self.resized = False
        rows, columns = struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[:2]
        return [session.frame(b"W", struct.pack("<HH", rows, columns))]


def _run_attached(link, words, folder="/"):
    """With the user's standard streams; on a terminal when both ends of ours are one."""
    if os.isatty(0) and os.isatty(1):
        with _Terminal() as terminal:
            return link.run(words, folder, stdin=0, out=_write_to(1), terminal=True, events=terminal.events)
    # A closed standard input reads as its end.
    stdin = 0 if not os.isatty(0) else None
    return link.run(words, folder, stdin=stdin, out=_write_to(1), err=_write_to(2))


def sh(options):
    words = ["bash", "-c", " ".join(options.words)] if options.words else ["bash"]
    with standing.need().connect() as link:
        return _run_attached(link, words)


def xl(options):
    """A config of the host that `xl create` names is sent to dom0 with its files."""
    lab, folder, words = standing.need(), "/", list(options.words)
    with lab.connect() as link:
        if words and words[0] == "create":
            for index, word in enumerate(words):
                if index and not word.startswith("-") and os.path.isfile(word):
                    guest = config.Config(word)
                    batch.Sent().send(link, guest, lab.images)
                    words[index], folder = batch.cfg_in_dom0(guest), guest.folder
        return _run_attached(link, ["xl", *words], folder)


def console(options):
    with standing.need().connect() as link:
        return _run_attached(link, ["xl", "console", options.name])


def put(options):
    with standing.need().connect() as link:
        target = options.target
        if target.endswith("/"):
            target += os.path.basename(options.source)
        link.put(options.source, target)
        if os.access(options.source, os.X_OK):
            link.run(["chmod", "755", target])
    return 0


def get(options):
    target = options.target
    if target != "-" and os.path.isdir(target):
        target = os.path.join(target, os.path.basename(options.source))
    errors = bytearray()
    with standing.need().connect() as link:
        if target == "-":
            status = link.run(["cat", "--", options.source], out=_write_to(1), err=errors.extend)
        else:
            with open(target + ".part", "wb") as out:
                status = link.run(["cat", "--", options.source], out=out.write, err=errors.extend)
            if status == 0:
                os.replace(target + ".part", target)
            else:
                os.unlink(target + ".part")
    if status:
        raise LabError(errors.decode(errors="replace").strip())
    return 0


def gdb(options):
    """Becomes gdb. It stops the whole machine when it connects, and lets it go on when it leaves."""
    words = ["gdb", "-q", "-iex", "set debuginfod enabled off", options.kernel, "-ex", "target remote " + machine.gdb_path(standing.need().folder),
             *options.words]
    try:
        os.execvp(words[0], words)
    except FileNotFoundError:
        raise LabError("no gdb here: see lab/packages") from None


def log(_):
    with open(os.path.join(standing.need().folder, "xen.log"), "rb") as source:
        shutil.copyfileobj(source, sys.stdout.buffer)
    return 0
