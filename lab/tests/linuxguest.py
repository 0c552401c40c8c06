# SPDX-License-Identifier: BSD-3-Clause
"""A Linux guest for testing the lab: dom0's own kernel with busybox, which runs a script from its console."""
import io
import os
import shutil
import tempfile

from halvmlab import cpio, debs, image, paths

_INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /sbin /usr/bin /usr/sbin
/bin/busybox --install -s
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
for module in /lib/*.ko; do insmod $module; done
exec </dev/hvc0 >/dev/hvc0 2>&1
stty raw -echo
echo guest: ready
sh
poweroff -f
"""
_MODULES = ["drivers/net/xen-netfront.ko", "drivers/block/xen-blkfront.ko"]


def make(folder):
    """Writes `linux` and `linux-initrd` into `folder`."""
    images = image.ready(lambda text: None)
    shutil.copyfile(images.kernel, os.path.join(folder, "linux"))
    buffer = io.BytesIO()
    archive = cpio.Archive(buffer)
    archive.data("init", _INIT.encode(), 0o755)
    with tempfile.TemporaryDirectory() as scratch:
        tree = os.path.join(scratch, "tree")
        wanted = [name for name in images.info["packages"] if name.startswith(("linux-image", "busybox"))]
        debs.unpack([os.path.join(paths.debs(), name) for name in wanted], tree)
        archive.file("bin/busybox", os.path.join(tree, "bin/busybox"), 0o755)
        for where, _, names in os.walk(tree):
            for name in names:
                path = os.path.join(where, name)
                if any(path.split(".ko")[0].endswith(module[:-3]) for module in _MODULES):
                    archive.data("lib/" + name.split(".ko")[0] + ".ko", image.module_content(path))
    archive.close()
    with open(os.path.join(folder, "linux-initrd"), "wb") as out:
        out.write(buffer.getvalue())
