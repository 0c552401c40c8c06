# SPDX-License-Identifier: BSD-3-Clause
"""Runs commands in dom0 through one of the lab's ports; the protocol is described in dom0/agent.c."""
import errno
import fcntl
import os
import random
import select
import socket
import struct
import time

from . import LabError

MAGIC = b"HALVMLAB"
FRAME_MAX = 65536
FIRST_PORT, LAST_PORT = 1, 16
CHUNK = 32768


class NoAnswer(Exception):
    """dom0's agent does not answer (yet)."""


def port_path(folder, number):
    return os.path.join(folder, "port%d" % number)


def frame(kind, data=b""):
    return kind + struct.pack("<I", len(data)) + data


def connect(folder, tries=4):
    """A session with a lab that is known to be up."""
    for _ in range(tries):
        try:
            return Session(folder, timeout=5.0)
        except NoAnswer:
            # An agent that was reading a frame of a client that died takes the greeting for the
            # rest of it. A pause lets it see the port closed.
            time.sleep(0.3)
    raise LabError("dom0's agent does not answer")


class Session:
    """A port of the lab, held until `close`. One command at a time."""

    def __init__(self, folder, timeout=30.0):
        self.sock = None
        self.lock = None
        self.received = bytearray()
        self._claim(folder)
        try:
            self._greet(timeout)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        if self.sock:
            self.sock.close()
            self.sock = None
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def _claim(self, folder):
        # Any free one, so that a port just left has time to see its client gone.
        for number in random.sample(range(FIRST_PORT, LAST_PORT + 1), LAST_PORT):
            path = port_path(folder, number)
            try:
                lock = os.open(path + ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:
                raise NoAnswer() from None
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            self.lock = lock
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self.sock.connect(path)
            except (FileNotFoundError, ConnectionRefusedError):
                self.close()
                time.sleep(0.05)
                raise NoAnswer() from None
            return
        raise LabError("all %d ports of the lab are in use" % LAST_PORT)

    def _greet(self, timeout):
        nonce = os.urandom(16)
        try:
            self.sock.sendall(MAGIC + nonce)
        except OSError:
            raise NoAnswer() from None
        wanted = frame(b"H", nonce)
        end = time.monotonic() + timeout
        while True:
            at = self.received.find(wanted)
            if at >= 0:
                del self.received[:at + len(wanted)]
                self.sock.setblocking(False)
                return
            left = end - time.monotonic()
            if left <= 0:
                raise NoAnswer()
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(FRAME_MAX)
            except OSError:
                # Nothing came in time, or QEMU went away.
                raise NoAnswer() from None
            if not data:
                time.sleep(0.05)
                raise NoAnswer()
            self.received += data

    def run(self, words, folder="/", stdin=None, out=None, err=None, terminal=False, events=None, deadline=None):
        """Runs a command in dom0 and returns its exit status. `stdin`: None, bytes, or a file descriptor to read
        to its end; `out` and `err` take bytes as they come. `events` may return frames to send at any time.
        `deadline` is a time.monotonic() value after which LabError is raised."""
        flags = b"\1" if terminal else b"\0"
        start = flags + b"\0".join(word.encode(errors="surrogateescape") for word in [folder, *words]) + b"\0"
        if len(start) > FRAME_MAX:
            raise LabError("the command for dom0 is longer than %d bytes" % FRAME_MAX)
        return self._converse(frame(b"A", start), " ".join(words), stdin, out, err, events, deadline)

    def put(self, path, target):
        """Copies a file of the host to dom0, where it appears at once as a whole."""
        with open(path, "rb") as source:
            errors = bytearray()
            name = target.encode(errors="surrogateescape") + b"\0"
            if self._converse(frame(b"P", name), "put", source.fileno(), errors.extend):
                raise LabError("cannot put %s into dom0: %s" % (path, errors.decode(errors="replace").strip()))

    def _converse(self, start, what, stdin, out=None, err=None, events=None, deadline=None):
        """Sends a request and its input, hands on what comes, until the exit status comes."""
        out = out or (lambda data: None)
        err = err or out
        sending = bytearray(start)
        source = stdin if isinstance(stdin, int) else None
        if isinstance(stdin, bytes):
            for at in range(0, len(stdin), CHUNK):
                sending += frame(b"I", stdin[at:at + CHUNK])
        if source is None:
            sending += frame(b"E")
        while True:
            if events:
                for extra in events():
                    sending += extra
            status = self._next_status(out, err)
            if status is not None:
                return status
            poller = select.poll()
            poller.register(self.sock, select.POLLIN | (select.POLLOUT if sending else 0))
            if source is not None and len(sending) < 2 * CHUNK:
                poller.register(source, select.POLLIN)
            left = 1.0 if events else 60.0
            if deadline is not None:
                left = min(left, deadline - time.monotonic())
                if left <= 0:
                    raise LabError("dom0 did not finish `%s` in time" % what)
            for fd, ready in poller.poll(left * 1000):
                if fd == source:
                    data = os.read(source, CHUNK)
                    sending += frame(b"I", data) if data else frame(b"E")
                    source = source if data else None
                elif ready & ~select.POLLOUT:
                    self._receive()
                if fd == self.sock.fileno() and ready & select.POLLOUT and sending:
                    self._send(sending)

    def _send(self, sending):
        try:
            del sending[:self.sock.send(memoryview(bytes(sending[:262144])))]
        except BlockingIOError:
            return
        except OSError as error:
            raise LabError("the lab is gone (%s)" % errno.errorcode.get(error.errno, error)) from None

    def _receive(self):
        try:
            data = self.sock.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            raise LabError("the lab ended while it ran a command")
        self.received += data

    def _next_status(self, out, err):
        """Hands on the whole frames that have come; the exit status when it is among them."""
        at, status = 0, None
        while status is None and len(self.received) >= at + 5:
            length, = struct.unpack_from("<I", self.received, at + 1)
            if len(self.received) < at + 5 + length:
                break
            kind, data = self.received[at], bytes(self.received[at + 5:at + 5 + length])
            at += 5 + length
            if kind == ord("O"):
                out(data)
            elif kind == ord("R"):
                err(data)
            elif kind == ord("X"):
                status, = struct.unpack("<I", data)
        del self.received[:at]
        return status
