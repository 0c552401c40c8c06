# SPDX-License-Identifier: BSD-3-Clause
"""The lab that stays up: its commands, and how it ends."""
import json
import os
import pty
import select
import signal
import subprocess
import threading
import time

import harness


def _need_up(bench, *options):
    status, _, _ = bench.xen("status")
    if status:
        bench.must("up", *options)


def _pids(bench):
    with open(os.path.join(bench.home, "up.json"), encoding="utf-8") as source:
        state = json.load(source)
    return state["pid"], state["qemu"]


def clean(bench):
    """Ends what a failed test may have left up."""
    bench.xen("down")


def test_nothing_up(bench):
    """Commands that need a lab say so when none is up."""
    bench.xen("down")
    status, _, err = bench.xen("sh", "true")
    assert status == 2 and b"no lab is up" in err, err
    assert bench.xen("status")[0] == 1


def test_sh(bench):
    """sh passes the exit status, both outputs apart, and 8-bit input and output."""
    _need_up(bench)
    assert bench.xen("sh", "exit", "7")[0] == 7
    assert bench.xen("sh", "kill -TERM $$")[0] == 128 + 15
    status, out, err = bench.xen("sh", "echo to out; echo to err >&2; false")
    assert (status, out, err) == (1, b"to out\n", b"to err\n")
    data = bytes(range(256)) * 1000
    assert bench.must("sh", "cat", stdin=data) == data
    assert bench.must("sh", "echo", "-n", "dashed") == b"dashed"


def test_xl(bench):
    """xl passes its exit status and messages."""
    _need_up(bench)
    assert b"xen_version            : 4." in bench.must("xl", "info")
    status, _, err = bench.xen("xl", "destroy", "nobody")
    assert status != 0 and b"nobody" in err, err


def test_put_get(bench):
    """Files come back as they went, and a missing one is told."""
    _need_up(bench)
    bench.write("there", os.urandom(5_000_001))
    bench.must("put", "there", "/tmp/new/folder/")
    bench.must("get", "/tmp/new/folder/there", "back")
    with open(bench.path("there"), "rb") as one, open(bench.path("back"), "rb") as other:
        assert one.read() == other.read()
    status, _, err = bench.xen("get", "/absent", "nowhere")
    assert status == 2 and b"/absent" in err and not os.path.exists(bench.path("nowhere")), err
    bench.must("sh", "rm -r /tmp/new")
    status, _, err = bench.xen("put", "there", "/proc/absent/there")
    assert status == 2 and b"No such file" in err, err
    assert bench.xen("sh", "true")[0] == 0


def test_run(bench):
    """run shows consoles and endings, and its status tells whether all was well."""
    _need_up(bench)
    status, out, _ = bench.xen("run", bench.probe("plain", "reason 0"))
    assert status == 0 and b"asking for a shutdown\n[plain: poweroff, exit 0" in out, out
    status, out, _ = bench.xen("run", bench.probe("power", "exit 3"), bench.probe("faults", "triple"))
    assert status == 1 and b"halvm: exit 3\n[power: poweroff, exit 3" in out and b"Triple fault" in out, out
    left = bench.must("sh", "ls", bench.path("probe"), "|| true")
    assert left == b"", "run left its files in dom0"


def test_two_at_once(bench):
    """Two guests run at the same time, seen in xl list."""
    _need_up(bench)
    configs = [bench.probe("one", "idle", "timeout=15"), bench.probe("two", "idle", "timeout=15")]
    answers = []
    runner = threading.Thread(target=lambda: answers.append(bench.xen("run", "--jobs", "2", *configs)))
    runner.start()

    def both():
        listed = bench.must("xl", "list").split()
        return b"one" in listed and b"two" in listed

    try:
        harness.wait_for("both guests in xl list", both, 30)
    finally:
        runner.join()
    assert answers[0][0] == 1 and answers[0][1].count(b"timeout, 15.") == 2, answers


def test_interrupted_run(bench):
    """A run that is killed takes its guest with it, also one that is being created."""
    _need_up(bench)
    for _ in range(3):
        runner = bench.start("run", bench.probe("spins", "spin", "timeout=200"))
        harness.wait_for("the guest", lambda: b"spins" in bench.must("xl", "list"), 30)
        runner.kill()
        runner.wait()
        harness.wait_for("the guest's end", lambda: b"spins" not in bench.must("xl", "list"), 60)


def test_console(bench):
    """xl create sends what the config names, and console talks to the guest."""
    _need_up(bench)
    bench.must("xl", "create", bench.probe("echoes", "echo"))
    ours, theirs = pty.openpty()
    console = subprocess.Popen([harness.XEN, "console", "echoes"], stdin=theirs, stdout=theirs,
                               stderr=subprocess.DEVNULL, env=bench.environment(), start_new_session=True)
    os.close(theirs)
    seen = b""
    try:
        # Before it has its terminal in raw mode, an echo would come from the terminal.
        harness.wait_for("the console", lambda: b"bin/xenconsole " in bench.must("sh", "ps"), 30)
        time.sleep(1)
        os.write(ours, b"hello")
        end = time.monotonic() + 30
        while b"hello" not in seen and time.monotonic() < end:
            if select.select([ours], [], [], 1)[0]:
                seen += os.read(ours, 4096)
        assert b"hello" in seen, seen
        os.write(ours, b"\x1d")
        assert console.wait(20) == 0
    finally:
        console.kill()
        console.wait()
        os.close(ours)
        bench.xen("xl", "destroy", "echoes")


def test_second_up(bench):
    """A second lab beside the first is refused."""
    _need_up(bench)
    status, _, err = bench.xen("up")
    assert status == 2 and b"up already" in err, err


def test_down(bench):
    """down ends the supervisor, QEMU and the run folder."""
    _need_up(bench)
    pids = _pids(bench)
    bench.must("down")
    harness.wait_for("the end", lambda: not any(harness.lives(pid) for pid in pids), 10)
    assert bench.xen("status")[0] == 1


def test_supervisor_killed(bench):
    """A supervisor that is killed outright takes QEMU along, and a new lab can be started."""
    _need_up(bench)
    pids = _pids(bench)
    os.kill(pids[0], signal.SIGKILL)
    harness.wait_for("the end", lambda: not any(harness.lives(pid) for pid in pids), 10)
    assert bench.xen("status")[0] == 1


def test_idle_limit(bench):
    """A lab nobody uses ends by itself."""
    bench.xen("down")
    bench.must("up", "--idle", "0.1")
    pids = _pids(bench)
    harness.wait_for("the end", lambda: not any(harness.lives(pid) for pid in pids), 30)


def test_gdb(bench):
    """gdb stops in a PV guest at a function, with its line and its caller, and lets it go on."""
    kernel = os.path.join(os.path.dirname(harness.ROOM), "build", "tests", "test-pv64-printf")
    if not os.path.exists(kernel):
        raise harness.Skip("the kernel of tests/printf is not built")
    _need_up(bench)
    config = bench.write("debugged.cfg", 'name="debugged"\ntype="pv"\nkernel="%s"\nmemory=32\n' % kernel)
    script = bench.write("script.gdb", "hbreak test_main\necho armed\\n\ncontinue\nbt\ndelete\ndetach\n")
    gdb = subprocess.Popen([harness.XEN, "gdb", kernel, "-batch", "-x", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, env=bench.environment(), cwd=bench.folder)
    said = ""
    for line in gdb.stdout:
        said += line
        if line == "armed\n":
            break
    assert said.endswith("armed\n"), said
    out = bench.must("run", config)
    said += gdb.communicate(timeout=60)[0]
    assert "Breakpoint 1, test_main ()" in said and "tests/printf/main.c" in said, said
    assert "#0  test_main ()" in said and "in main () at tests/common/test.c" in said, said
    assert b"verdict: SUCCESS" in out, out
