# SPDX-License-Identifier: BSD-3-Clause
"""What the lab's own tests share: a scratch folder with guests in it, and ways to run lab/xen and look at it."""
import json
import os
import shutil
import subprocess
import tempfile
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOM = os.path.dirname(TESTS)
XEN = os.path.join(ROOM, "xen")
PROBE_FLAGS = ["-m32", "-std=gnu11", "-O2", "-ffreestanding", "-fno-pic", "-no-pie", "-nostdlib", "-static",
               "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
               "-Wl,--build-id=none,--no-warn-rwx-segments"]
PATIENCE = 300


class Skip(Exception):
    """This test cannot run here; the text says why."""


class Bench:
    """A scratch folder with a probe guest, and a HALVM_LAB of its own that shares the user's images: a lab that the
    user has up is left alone."""

    def __init__(self):
        from halvmlab import image, paths
        self.images = image.ready(lambda text: print("lab: " + text, flush=True)).folder
        self.shared_home = paths.home()
        self.folder = tempfile.mkdtemp(prefix="halvm-labtest-")
        os.chmod(self.folder, 0o755)
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        os.symlink(os.path.dirname(self.images), os.path.join(self.home, "images"))
        subprocess.run(["gcc", *PROBE_FLAGS, "-Wl,-T," + os.path.join(TESTS, "probe.lds"), "-o",
                        self.path("probe"), os.path.join(TESTS, "probe.c")], check=True)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self, **more):
        return dict(os.environ, HALVM_LAB=self.home, **more)

    def write(self, name, text):
        with open(self.path(name), "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def probe(self, name, does, lab_options="", kernel="probe"):
        """A config for the probe guest; returns its path."""
        text = 'name="%s"\ntype="pvh"\nkernel="%s"\ncmdline="%s"\nmemory=32\n' % (name, kernel, does)
        if lab_options:
            text += "#halvm: %s\n" % lab_options
        return self.write(name + ".cfg", text)

    def xen(self, *words, prefix=(), stdin=b"", env=None):
        """Runs lab/xen; returns status, output and errors."""
        done = subprocess.run([*prefix, XEN, *words], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=env or self.environment(), cwd=self.folder, timeout=PATIENCE)
        return done.returncode, done.stdout, done.stderr

    def must(self, *words, **more):
        """Runs lab/xen, which must succeed; returns its output."""
        status, out, err = self.xen(*words, **more)
        assert status == 0, "lab/xen %s: status %d\n%s%s" % (" ".join(words), status, out.decode(errors="replace"),
                                                            err.decode(errors="replace"))
        return out

    def batch(self, configs, *options):
        """Runs a batch; returns its results by name, each with the console's bytes added."""
        status, _, err = self.xen("batch", "--json", "results.json", "--out", "out", *options, *configs)
        assert status == 0, "batch: status %d: %s" % (status, err.decode(errors="replace"))
        results = {}
        with open(self.path("results.json"), encoding="utf-8") as source:
            for line in source:
                item = json.loads(line)
                with open(self.path(item["console"]), "rb") as console:
                    item["bytes"] = console.read()
                results[item["name"]] = item
        return results

    def start(self, *words):
        return subprocess.Popen([XEN, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                env=self.environment(), cwd=self.folder)


def _processes():
    """(pid, parent, session) of each process that is no zombie."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open("/proc/%s/stat" % entry, encoding="ascii", errors="replace") as source:
                    fields = source.read().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                yield int(entry), int(fields[1]), int(fields[3])


def children(pid):
    return [found for found, parent, _ in _processes() if parent == pid]


def session_members(pid):
    return [found for found, _, session in _processes() if session == pid]


def wait_for(what, condition, seconds=60):
    """The first true value of `condition`, which must come in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, "%s did not come within %d s" % (what, seconds)
        time.sleep(0.05)


def lives(pid):
    return any(found == pid for found, _, _ in _processes())
