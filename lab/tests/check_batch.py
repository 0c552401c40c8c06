# SPDX-License-Identifier: BSD-3-Clause
"""Batches: every way that a guest can end, and what becomes of QEMU."""
import os
import signal
import subprocess
import time

import harness

PATTERN = bytes((i ^ i >> 8) & 255 for i in range(100000))
ODD_INPUT = b"in \x00\x01\xff\x1b\x03\x04\x11\x13 out\n"


def test_endings(bench):
    """Each way to end is told apart, with the evidence."""
    bench.write("input", ODD_INPUT)
    configs = [bench.probe(name, does, options) for name, does, options in (
        ("power", "exit 3", ""), ("plain", "reason 0", ""), ("bytes", "say 100000", ""), ("reboots", "reason 1", ""),
        ("suspends", "reason 2", ""), ("crashes", "reason 3", ""), ("barks", "reason 4", ""),
        ("faults", "triple", ""), ("spins", "spin", "timeout=3"), ("idles", "idle", "timeout=3"),
        ("leaves", "rest", ""), ("silent", "quiet", ""), ("echoes", "echo", "stdin=input timeout=20"))]
    configs.append(bench.probe("kernelless", "quiet", kernel="not-there"))
    configs.append(bench.write("broken.cfg", 'type="pvh"\nkernel="probe"\nmemory=\n'))
    configs.append(bench.write("text.cfg", 'name="text"\ntype="pvh"\nkernel="input"\nmemory=32\n'))
    found = bench.batch(configs)
    assert len(found) == len(configs)
    for name, expected in (("power", "poweroff"), ("plain", "poweroff"), ("bytes", "poweroff"),
                           ("reboots", "reboot"), ("suspends", "suspend"), ("crashes", "crash"),
                           ("barks", "watchdog"), ("faults", "killed"), ("spins", "timeout"), ("idles", "timeout"),
                           ("leaves", "poweroff"), ("silent", "poweroff"), ("echoes", "poweroff"),
                           ("kernelless", "create-failed"), ("broken", "create-failed"), ("text", "create-failed")):
        assert found[name]["ending"] == expected, (name, found[name])
    codes = {name: item["exit_code"] for name, item in found.items()}
    assert codes["power"] == 3 and codes["plain"] == 0 and codes["crashes"] is None, codes
    assert found["power"]["bytes"] == b"about to exit\nhalvm: exit 3\n"
    assert found["bytes"]["bytes"] == PATTERN, "console output lost or changed"
    assert found["echoes"]["bytes"] == ODD_INPUT, found["echoes"]["bytes"]
    for name in ("crashes", "spins", "idles"):
        assert "eip" in found[name]["detail"] and "cr0" in found[name]["detail"], found[name]["detail"]
    assert "Triple fault" in found["faults"]["detail"] and "RIP" in found["faults"]["detail"]
    assert "running" in found["spins"]["detail"] and found["spins"]["cpu_time_ns"] > 10**9
    assert "waiting for an event" in found["idles"]["detail"]
    for name in ("idles", "silent", "faults"):
        assert "printed nothing" in found[name]["detail"]
    assert "printed nothing" not in found["spins"]["detail"]
    assert "nobody was told" in found["leaves"]["detail"]
    assert "not-there" in found["kernelless"]["detail"] and "libxl" in found["kernelless"]["detail"]
    assert found["broken"]["detail"] and found["text"]["detail"]
    assert os.path.getsize(bench.path("out/xen.log")) > 1000


def test_deterministic(bench):
    """With --icount two runs give the same figures, instruction for instruction; one guest has a peer and a script."""
    bench.write("input", ODD_INPUT)
    bench.write("good.sh", 'await "^about"; await -n "$NAME1" "^about"\n')
    bench.probe("peer", "exit 4")
    configs = [bench.probe("power", "exit 3"), bench.probe("first", "exit 5", "peer=peer.cfg script=good.sh"), bench.probe("bytes", "say 30000"),
               bench.probe("echoes", "echo", "stdin=input"), bench.probe("idles", "idle", "timeout=2")]
    first = bench.batch(configs, "--icount")
    second = bench.batch(configs, "--icount")
    assert first == second, (first, second)
    assert 1000 < first["power"]["cpu_time_ns"] < 200000, first["power"]
    assert first["bytes"]["bytes"] == PATTERN[:30000]
    assert first["first"]["exit_code"] == 5 and first["peer"]["exit_code"] == 4 and first["first"]["script_status"] == 0


def test_many(bench):
    """Fifty guests in one boot, four at a time, two of them with the same name."""
    configs = [bench.probe("guest%d" % i, "exit %d" % i) for i in range(49)]
    twin = os.path.join(bench.folder, "twin")
    os.makedirs(twin, exist_ok=True)
    with open(os.path.join(twin, "guest1.cfg"), "w", encoding="ascii") as out:
        out.write('name="guest1"\ntype="pvh"\nkernel="../probe"\ncmdline="exit 1"\nmemory=32\n')
    found = bench.batch([*configs, os.path.join(twin, "guest1.cfg")], "--jobs", "4")
    for i in range(49):
        assert found["guest%d" % i]["exit_code"] == i, found["guest%d" % i]
    with open(bench.path("results.json"), encoding="utf-8") as source:
        assert len(source.readlines()) == 50


def _killed(bench, number):
    config = bench.probe("spins", "spin", "timeout=100")
    batch = bench.start("batch", config)
    try:
        qemu = harness.wait_for("QEMU", lambda: harness.children(batch.pid))
        time.sleep(1)
        assert all(harness.lives(pid) for pid in qemu)
        batch.send_signal(number)
        harness.wait_for("the end of QEMU", lambda: not any(harness.lives(pid) for pid in qemu), 10)
        return batch.wait(10)
    finally:
        batch.kill()
        batch.wait()


def test_terminated(bench):
    """SIGTERM to a batch leaves no QEMU."""
    assert _killed(bench, signal.SIGTERM) == 128 + signal.SIGTERM


def test_killed_outright(bench):
    """SIGKILL to a batch leaves no QEMU."""
    assert _killed(bench, signal.SIGKILL) == -signal.SIGKILL


def test_overall_limit(bench):
    """The overall time-out ends a batch with a message, status 2 and no QEMU."""
    status, _, err = bench.xen("batch", "--overall", "4", bench.probe("spins", "spin", "timeout=100"))
    assert status == 2 and b"overall time" in err, (status, err)


def test_boot_failure(bench):
    """A machine that cannot boot is the lab's failure, told with the end of Xen's log."""
    status, _, err = bench.xen("batch", "--memory", "300", bench.probe("silent", "quiet"))
    assert status == 2 and b"Xen's log" in err, (status, err)


def test_bad_options(bench):
    """A config that is not there, and a lab option that is no number, are told by name."""
    status, _, err = bench.xen("batch", "absent.cfg")
    assert status == 2 and b"absent.cfg" in err
    status, _, err = bench.xen("batch", bench.probe("odd", "quiet", "timeout=soon"))
    assert status == 2 and b"timeout=soon" in err


def test_ordinary_user(bench):
    """An ordinary user runs guests with images that root made."""
    if os.geteuid() != 0:
        return
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    if subprocess.run([*user, "test", "-r", harness.XEN, "-a", "-r", bench.images + "/initrd"]).returncode:
        raise harness.Skip("an ordinary user cannot read the working copy")
    config = bench.probe("power", "exit 3")
    out = bench.must("batch", config, prefix=user, env=bench.environment(HOME="/nonexistent", XDG_RUNTIME_DIR=""))
    assert b"power: poweroff, exit 3" in out, out


def test_interrupted_build(bench):
    """A build that was killed on its way does no harm to the next."""
    home = bench.path("home2")
    os.makedirs(home, exist_ok=True)
    for name in ("debs", "packages.json"):
        source = os.path.join(bench.shared_home, name)
        if not os.path.exists(source):
            raise harness.Skip("no cache of packages")
        os.symlink(source, os.path.join(home, name))
    env = bench.environment()
    env["HALVM_LAB"] = home
    build = subprocess.Popen([harness.XEN, "build"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             start_new_session=True)
    harness.wait_for("the build", lambda: os.path.isdir(home + "/images") and os.listdir(home + "/images"))
    time.sleep(1)
    build.kill()
    build.wait()
    # What unpacked for it ends a little later.
    harness.wait_for("the end of its helpers", lambda: not harness.session_members(build.pid))
    left = os.listdir(home + "/images")
    assert left and all(entry.startswith("new.") for entry in left), left
    folder = bench.must("build", env=env).decode().strip()
    left = os.listdir(home + "/images")
    assert left == [os.path.basename(folder)], left
    with open(folder + "/initrd", "rb") as one, open(bench.images + "/initrd", "rb") as other:
        assert one.read() == other.read(), "two builds differ"


def test_group(bench):
    """A guest with a peer and a script: each has its result; what fails in one is told, and fails no other."""
    bench.write("good.sh", 'await "^about"; await -n "$NAME1" "^about"; [ "$NAME1" = second ]; nap 0.1\n'
                           '[ "$(xenstore-read "/halvm/$DOMID/guest/1/domid")" = "$DOMID1" ]; echo all well\n')
    bench.write("bad.sh", 'echo trying; await -t 1 never; echo not here\n')
    second = bench.probe("second", "exit 4", "")
    third = bench.probe("third", "quiet", kernel="not-there")
    found = bench.batch([bench.probe("first", "exit 3", "peer=%s script=good.sh" % os.path.basename(second)),
                         bench.probe("other", "idle", "timeout=5 script=bad.sh"),
                         bench.probe("lonely", "exit 5", "peer=%s script=good.sh" % os.path.basename(third))])
    assert len(found) == 5, found.keys()
    assert found["first"]["exit_code"] == 3 and found["second"]["exit_code"] == 4, found
    assert found["first"]["script_status"] == 0 and found["first"]["script_output"].endswith("all well\n"), found["first"]
    assert found["first"]["peers"] == ["second"] and found["second"]["script_status"] is None
    assert found["other"]["script_status"] == 1 and found["other"]["ending"] == "timeout", found["other"]
    assert "trying" in found["other"]["script_output"] and "not here" not in found["other"]["script_output"]
    assert found["lonely"]["exit_code"] == 5 and found["third"]["ending"] == "create-failed", found
    assert found["lonely"]["script_status"] == 125, found["lonely"]
