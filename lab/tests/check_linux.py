# SPDX-License-Identifier: BSD-3-Clause
"""What dom0 can do for guests, shown with Linux as the guest: networks, disks, save and restore, the PV shim."""
import os
import subprocess

import check_standing
import harness
import linuxguest

SCRIPT = b"""ifconfig eth0 10.0.0.2 netmask 255.255.255.0 up
ping -c 3 -w 60 10.0.0.1 | sed 's/^/ping: /'
dd if=/dev/xvda bs=512 count=1 2>/dev/null | head -n 1
echo "from the guest" | dd of=/dev/xvda bs=512 seek=1 conv=sync 2>/dev/null
sync
poweroff -f
"""


def _config(bench, name, kind, *lines):
    if not os.path.exists(bench.path("linux")):
        linuxguest.make(bench.folder)
    text = ['name="%s"' % name, 'type="%s"' % kind, 'kernel="linux"', 'ramdisk="linux-initrd"',
            'extra="console=hvc0 quiet"', *lines]
    return bench.write(name + ".cfg", "\n".join(text) + "\n")


def _network_and_disk(bench, kind):
    bench.write("script", SCRIPT)
    bench.write("disk.img", (b"from the host\n" + bytes(4096)).ljust(1 << 20, b"\0"))
    config = _config(bench, "linux-" + kind, kind, "memory=200", "vif=['bridge=xenbr0']",
                     "disk=['format=raw, vdev=xvda, access=rw, target=disk.img']", "#halvm: stdin=script timeout=200")
    check_standing._need_up(bench)
    status, out, _ = bench.xen("run", config)
    assert status == 0, out.decode(errors="replace")
    assert b"ping: 64 bytes from 10.0.0.1" in out and b"from the host" in out, out.decode(errors="replace")
    bench.must("get", bench.path("disk.img"), "disk.back")
    with open(bench.path("disk.back"), "rb") as source:
        assert source.read()[512:526] == b"from the guest"
    assert bench.must("sh", "losetup -a") == b"", "a loop device is left"
    bench.must("sh", "rm", bench.path("disk.img"))


def test_network_and_disk_pv(bench):
    """A PV guest pings dom0 over a vif and reads and writes a file as its disk."""
    _network_and_disk(bench, "pv")


def test_network_and_disk_pvh(bench):
    """The same for a PVH guest."""
    _network_and_disk(bench, "pvh")


def test_save_restore(bench):
    """xl save and xl restore bring a guest back with its memory."""
    check_standing._need_up(bench)
    bench.must("xl", "create", _config(bench, "saved", "pv", "memory=128"))

    def say(text):
        bench.must("sh", "cat >$(xenstore-read /local/domain/$(xl domid saved)/console/tty)", stdin=text)

    def logged(text):
        return lambda: text in bench.must("sh", "cat /var/log/xen/guest-saved.log")

    harness.wait_for("the guest", logged(b"guest: ready"), 120)
    say(b"kept=alive\n")
    bench.must("xl", "save", "saved", "/tmp/saved.img")
    assert b"saved" not in bench.must("xl", "list")
    bench.must("xl", "restore", "/tmp/saved.img")
    say(b"echo it is $kept\n")
    harness.wait_for("the guest's memory", logged(b"it is alive"), 60)
    bench.must("xl", "destroy", "saved")
    bench.must("sh", "rm /tmp/saved.img")


def test_shim(bench):
    """A PV guest runs under the packaged xen-shim in a PVH container."""
    check_standing._need_up(bench)
    bench.write("off", b"poweroff -f\n")
    config = _config(bench, "shimmed", "pvh", "pvshim=1", "memory=400", "#halvm: stdin=off timeout=250")
    status, out, _ = bench.xen("run", config)
    assert status == 0 and b"guest: ready" in out, out.decode(errors="replace")


def test_vchan_program(bench):
    """A program compiled here against Xen's libraries runs in dom0."""
    check_standing._need_up(bench)
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", bench.path("vchan"),
                    os.path.join(harness.TESTS, "vchan.c"), "-lxenvchan"], check=True)
    bench.must("put", "vchan", "/tmp/vchan")
    assert bench.must("sh", "/tmp/vchan") == b"vchan: received 0, sent 0\n"
