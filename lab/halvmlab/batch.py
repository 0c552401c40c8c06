# SPDX-License-Identifier: BSD-3-Clause
"""Runs many guests in one boot of the lab."""
import io
import os
import shlex
import threading
import time

from . import LabError, config, cpio, ending, session

GUEST_SECONDS = 60.0
# A second of a busy guest takes about ten of ours then.
ICOUNT_GUEST_SECONDS = 20.0
SENT_BYTES = 128 << 20
# What the runner in dom0 may take around the guest's own time: xl create, registers, xl destroy.
MARGIN_SECONDS = 300.0


def guest_command(guest, timeout, live=False):
    """The words that run one guest in dom0; the config and its files are there already."""
    words = ["halvm-guest", "-t", "%g" % timeout, "-n", guest.name]
    if guest.stdin:
        words += ["-i", guest.stdin]
        if guest.shim:
            # Until it says so, xen-shim takes input for its own debug keys.
            words += ["-w", "*** Serial input to DOM0"]
    if live:
        words.append("-L")
    words += ["xl", "create", "-e", cfg_in_dom0(guest)]
    return words if guest.named else words + ['name="%s"' % guest.name]


def cfg_in_dom0(guest):
    return os.path.abspath(guest.path)


def group_command(guest, limit):
    """The words that run a guest with its peers and its script in dom0; `limit` tells the seconds of one."""
    words = ["halvm-group", guest.folder, "%g" % limit(guest), guest.script or "-"]
    for one in guest.group:
        words += ["--", *guest_command(one, limit(one))]
    return words


def is_group(guest):
    return bool(guest.peers or guest.script)


def needed_files(guest, images):
    """Host files to copy, without those that are dom0's own."""
    wanted = []
    for one in guest.group:
        wanted += [cfg_in_dom0(one), *one.files, *(path for path in (one.stdin, one.script) if path)]
    return [path for path in dict.fromkeys(wanted) if path not in images.files]


class Sent:
    """The host files that dom0 has now. Files of disks are sent again for each guest, because a guest may have
    written to them. What no running guest needs is removed when the rest would take too much of dom0's memory."""

    def __init__(self, budget=SENT_BYTES):
        self.budget = budget
        self.known = {}
        self.users = {}
        self.lock = threading.Lock()
        self.transfer = threading.Lock()

    def send(self, link, guest, images):
        paths = needed_files(guest, images)
        with self.lock:
            for path in paths:
                self.users[path] = self.users.get(path, 0) + 1
            excess = self._evict(sum(os.path.getsize(path) for path in paths if path not in self.known))
        with self.transfer:
            if excess:
                link.run(["rm", "-f", "--", *excess])
            for path in paths:
                stat = os.stat(path)
                version = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if self.known.get(path) != version or any(path in one.disks for one in guest.group):
                    link.put(path, path)
                    with self.lock:
                        self.known[path] = version

    def release(self, guest, images):
        with self.lock:
            for path in needed_files(guest, images):
                self.users[path] -= 1

    def _evict(self, coming):
        total, excess = coming + sum(version[1] for version in self.known.values()), []
        for path in list(self.known):
            if total > self.budget and not self.users.get(path):
                total -= self.known.pop(path)[1]
                excess.append(path)
        return excess

    def clear(self, link, keep):
        """Removes all files from dom0 but those to keep."""
        paths = [path for path in self.known if path not in keep]
        for at in range(0, len(paths), 100):
            link.run(["rm", "-f", "--", *paths[at:at + 100]])
        self.known.clear()


def run_guest(link, guest, limit, live=None):
    """Runs one guest, or one with its peers and its script, over an open session; returns its Outcome."""
    if is_group(guest):
        return run_group(link, guest, limit)
    timeout = limit(guest)
    records, errors = ending.Records(live), bytearray()
    deadline = time.monotonic() + timeout + MARGIN_SECONDS
    status = link.run(guest_command(guest, timeout, live is not None), folder=guest.folder, out=records.feed,
                      err=errors.extend, deadline=deadline)
    return outcome(guest, records, errors, status, timeout)


def run_group(link, guest, limit):
    output, errors = bytearray(), bytearray()
    deadline = time.monotonic() + max(limit(one) for one in guest.group) + MARGIN_SECONDS
    status = link.run(group_command(guest, limit), folder=guest.folder, out=output.extend, err=errors.extend,
                      deadline=deadline)
    return group_outcome(guest, output, errors, status, limit)


def group_outcome(guest, output, errors, status, limit):
    """Takes the output of dom0's halvm-group apart."""
    results, script = [None] * len(guest.group), None
    while True:
        item = _next_item(output)
        if item is None:
            break
        kind, number, body = item
        if kind == b"script":
            script = int(number), body.decode("utf-8", "replace")
        else:
            one, records = guest.group[int(number)], ending.Records()
            records.feed(body)
            results[int(number)] = outcome(one, records, b"" if records.finished else body, status, limit(one))
    if script is None or None in results:
        raise LabError("the runner in dom0 failed on %s (status %s): %s"
                       % (guest.path, status, bytes(errors or output).decode(errors="replace").strip()))
    for one in results:
        one.grouped = True
    first, *peers = results
    first.peers = peers
    if guest.script:
        first.script_status, first.script_output = script
    return first


def outcome(guest, records, errors, status, timeout):
    if not records.finished:
        raise LabError("the runner in dom0 failed on %s (status %s): %s"
                       % (guest.path, status, bytes(errors).decode(errors="replace").strip()))
    if errors:
        records.items["stray"] = bytes(errors)
    return ending.Outcome(guest.name, guest.path).read(records.items, timeout)


class Batch:
    """A list of configs on the way to a list of outcomes."""

    def __init__(self, paths, timeout, jobs=1, out=None, report=None, live=None):
        self.guests = [config.Config(path) for path in paths]
        self.timeout = timeout
        self.jobs = jobs
        self.out = out
        self.report = report or (lambda result: None)
        self.live = live
        self.results = [None] * len(self.guests)
        self.lock = threading.Condition()
        self.failure = None
        self.running = set()
        self.consoles = set()

    def limit(self, guest):
        return guest.timeout or self.timeout

    def limit_of_group(self, guest):
        return max(self.limit(one) for one in guest.group)

    def finish(self, index, result):
        for one in (result, *result.peers):
            if self.out:
                stem = os.path.splitext(os.path.basename(one.cfg))[0]
                path = os.path.join(self.out, stem + ".console")
                if path in self.consoles:
                    path = os.path.join(self.out, "%s.%d.console" % (stem, index))
                self.consoles.add(path)
                with open(path, "wb") as out:
                    out.write(one.console)
                one.console_path = path
            self.report(one)
        self.results[index] = result

    def _names(self, index):
        return {one.name for one in self.guests[index].group}

    def _take(self):
        """The index of the next guest whose name is free, or None when all are taken."""
        with self.lock:
            while True:
                waiting = [i for i in self.queue if not self.running & self._names(i)]
                if self.failure or not self.queue:
                    return None
                if waiting:
                    self.queue.remove(waiting[0])
                    self.running |= self._names(waiting[0])
                    return waiting[0]
                self.lock.wait(1.0)

    def run_live(self, lab, keep_clean=False):
        """Runs all over sessions with a lab that is up; `keep_clean` leaves only the files of disks in dom0."""
        self.queue = list(range(len(self.guests)))
        sent = Sent()
        disks = {path for guest in self.guests for path in guest.disks}

        def work():
            try:
                with session.connect(lab.folder) as link:
                    while True:
                        index = self._take()
                        if index is None:
                            return
                        guest = self.guests[index]
                        try:
                            sent.send(link, guest, lab.images)
                        except FileNotFoundError as error:
                            result = ending.not_created(guest, "%s is gone" % error.filename)
                        else:
                            result = run_guest(link, guest, self.limit, self.live)
                        sent.release(guest, lab.images)
                        with self.lock:
                            self.running -= self._names(index)
                            self.finish(index, result)
                            self.lock.notify_all()
            except BaseException as error:
                with self.lock:
                    self.failure = self.failure or error
                    self.lock.notify_all()

        workers = [threading.Thread(target=work, daemon=True) for _ in range(min(self.jobs, len(self.guests)))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if self.failure:
            raise self.failure
        if keep_clean:
            with session.connect(lab.folder) as link:
                sent.clear(link, disks)

    def plan(self, images):
        """An initramfs archive with every guest and the script that runs them all, for a lab that takes no input
        while it runs."""
        buffer = io.BytesIO()
        archive = cpio.Archive(buffer)
        lines = ["cd /"]
        for index, guest in enumerate(self.guests):
            for path in needed_files(guest, images):
                archive.file(path, path)
            archive.folder(guest.folder)
            words = group_command(guest, self.limit) if is_group(guest) else guest_command(guest, self.limit(guest))
            words = " ".join(shlex.quote(word) for word in words)
            lines.append("(cd %s && %s) >/run/out.%d 2>&1 &" % (shlex.quote(guest.folder), words, index))
            if self.jobs == 1:
                lines.append("wait; echo \"guest %d\" $(stat -c %%s /run/out.%d); cat /run/out.%d; echo; rm /run/out.%d"
                             % ((index,) * 4))
            elif (index + 1) % self.jobs == 0 or index + 1 == len(self.guests):
                first = index - index % self.jobs
                lines.append("wait; for i in $(seq %d %d); do echo \"guest $i\" $(stat -c %%s /run/out.$i); "
                             "cat /run/out.$i; echo; rm /run/out.$i; done" % (first, index))
        lines.append("echo finished 0; echo; poweroff -f")
        archive.data("lab/plan", ("\n".join(lines) + "\n").encode())
        archive.close()
        return buffer.getvalue()

    def run_planned(self, lab, overall):
        """Follows the output of a lab that runs the plan."""
        stream, at, deadline = bytearray(), 0, time.monotonic() + overall
        while True:
            data = b""
            if os.path.exists(lab.plan_output):
                with open(lab.plan_output, "rb") as source:
                    source.seek(at)
                    data = source.read()
            at += len(data)
            stream += data
            while True:
                item = _next_item(stream)
                if item is None:
                    break
                if item[0] == b"finished":
                    return
                index = int(item[1])
                if is_group(self.guests[index]):
                    self.finish(index, group_outcome(self.guests[index], bytearray(item[2]), b"", "unknown", self.limit))
                    continue
                records = ending.Records()
                records.feed(item[2])
                errors = records.items.pop("stray", b"")
                guest = self.guests[index]
                self.finish(index, outcome(guest, records, errors, "unknown", self.limit(guest)))
            if not data:
                lab.check_alive()
                if time.monotonic() > deadline:
                    raise LabError("the overall time of %g s is up" % overall)
                time.sleep(0.05)


def _next_item(stream):
    """Takes "guest INDEX LENGTH\\n<bytes>\\n", "script STATUS LENGTH\\n..." or "finished 0\\n\\n" off the stream."""
    line_end = stream.find(b"\n")
    if line_end < 0:
        return None
    words = bytes(stream[:line_end]).split()
    length = int(words[2]) if len(words) == 3 else 0
    if len(stream) < line_end + 1 + length + 1:
        return None
    body = bytes(stream[line_end + 1:line_end + 1 + length])
    del stream[:line_end + 1 + length + 1]
    return words[0], words[1], body
