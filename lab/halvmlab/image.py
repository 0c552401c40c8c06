# SPDX-License-Identifier: BSD-3-Clause
"""Builds what QEMU boots: Xen's ELF image, dom0's kernel and dom0's initramfs."""
import contextlib
import fcntl
import gzip
import hashlib
import io
import json
import lzma
import os
import shutil
import struct
import subprocess
import tempfile

from . import LabError, cpio, debs, elf, paths

# Loaded by init in this order, after what modules.dep says they need.
MODULES = ["virtio_pci", "virtio_console", "xenfs", "xen-privcmd", "xen-evtchn", "xen-gntdev",
           "xen-gntalloc", "loop", "bridge", "xen-netback", "xen-blkback", "tun"]
PROGRAMS = ["bash", "brctl", "bridge", "flock", "ip", "losetup", "xenstore-chmod", "xenstore-exists", "xenstore-list",
            "xenstore-ls", "xenstore-read", "xenstore-rm", "xenstore-watch", "xenstore-write"]
# From Xen's own folder; the rest of it is other toolstacks, Python, or tools for other hardware.
XEN_PROGRAMS = ["xl", "xenstored", "xenconsoled", "xenconsole", "xen-init-dom0", "libxl-save-helper",
                "xenctx", "xen-hvmctx", "xen-diag", "xen-cpuid", "lsevtchn", "xenstore-control",
                "readnotes", "xenperf", "xentop", "xenwatchdogd", "vchan-socket-proxy"]
# Test programs built against these find them in dom0, whether or not a program here asks for them.
LIBRARIES = ["libxenvchan", "libxenctrl", "libxenguest", "libxenlight", "libxlutil", "libxenstore",
             "libxengnttab", "libxenevtchn", "libxenforeignmemory", "libxencall", "libxentoollog",
             "libxenhypfs", "libxendevicemodel", "libgcc_s", "libm", "libpthread", "librt", "libdl"]
LIBRARY_DIRS = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib", "lib", "lib64"]
HELPERS = {"halvm-agent": ["agent.c"], "halvm-guest": ["guest.c", "domain.c"]}
HELPER_LIBRARIES = {"halvm-agent": [], "halvm-guest": ["-lxenctrl", "-lxenstore", "-lxenforeignmemory"]}
SCRIPTS = {"halvm-group": "group", "halvm-script": "script"}
CFLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra"]


class Images:
    """Paths of a finished set of images."""

    def __init__(self, folder):
        self.folder = folder
        self.xen = os.path.join(folder, "xen")
        self.kernel = os.path.join(folder, "vmlinux")
        self.initrd = os.path.join(folder, "initrd")
        with open(os.path.join(folder, "info.json"), encoding="utf-8") as source:
            self.info = json.load(source)
        self.files = frozenset(self.info["files"])


def _inputs_stamp():
    """Changes whenever something that the images are made from, except Debian's archive, changes."""
    digest = hashlib.sha256()
    own = [os.path.join(paths.ROOM, "halvmlab", name) for name in ("image.py", "debs.py", "cpio.py", "elf.py")]
    sources = [os.path.join(paths.DOM0_SOURCES, name) for name in sorted(os.listdir(paths.DOM0_SOURCES))]
    for path in own + sources:
        with open(path, "rb") as source:
            digest.update(os.path.basename(path).encode() + b"\0" + source.read())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _locked():
    os.makedirs(paths.home(), exist_ok=True)
    with open(os.path.join(paths.home(), "build.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ready(say, refresh=False):
    """The images, built first where they are missing, older than their sources, or to be refreshed."""
    stamp = _inputs_stamp()
    folder = os.path.join(paths.images(), stamp)
    if not refresh and os.path.exists(os.path.join(folder, "info.json")):
        return Images(folder)
    if not os.access(paths.home() if os.path.exists(paths.home()) else paths.REPO, os.W_OK):
        raise LabError("the images in %s are not current and cannot be written: set HALVM_LAB to a folder of "
                       "your own" % paths.home())
    with _locked():
        if refresh or not os.path.exists(os.path.join(folder, "info.json")):
            _build(folder, say, refresh)
    return Images(folder)


def _package_list(refresh):
    """The package versions of the first build, kept until a refresh asks apt again."""
    record = os.path.join(paths.home(), "packages.json")
    stamp = hashlib.sha256(repr((debs.PROGRAMS, debs.VERSIONED, debs.LIBRARY.pattern)).encode()).hexdigest()
    if not refresh and os.path.exists(record):
        with open(record, encoding="utf-8") as source:
            known = json.load(source)
        if known["stamp"] == stamp:
            return known["packages"]
    wanted = debs.resolve()
    with open(record + ".new", "w", encoding="utf-8") as out:
        json.dump({"stamp": stamp, "packages": wanted}, out, indent=1)
    os.rename(record + ".new", record)
    return wanted


def _build(folder, say, refresh):
    os.makedirs(paths.images(), exist_ok=True)
    for entry in os.listdir(paths.images()):
        if entry.startswith("new."):
            shutil.rmtree(os.path.join(paths.images(), entry), ignore_errors=True)
    packages = debs.fetch(_package_list(refresh), paths.debs(), say)
    say("building the images of Xen and dom0")
    fresh = tempfile.mkdtemp(prefix="new.", dir=paths.images())
    try:
        tree = os.path.join(fresh, "tree")
        debs.unpack(packages, tree)
        info = _fill(fresh, tree)
        shutil.rmtree(tree)
        info["packages"] = [os.path.basename(path) for path in packages]
        with open(os.path.join(fresh, "info.json"), "w", encoding="utf-8") as out:
            json.dump(info, out, indent=1)
        os.chmod(fresh, 0o755)
        if os.path.exists(folder):
            os.rename(folder, os.path.join(fresh, "replaced"))
        os.rename(fresh, folder)
        shutil.rmtree(os.path.join(folder, "replaced"), ignore_errors=True)
        _remove_old(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _remove_old(current):
    """Keeps the two sets before the current one: a lab that runs may have come from them."""
    sets = [os.path.join(paths.images(), entry) for entry in os.listdir(paths.images())]
    sets.sort(key=os.path.getmtime, reverse=True)
    for folder in sets[3:]:
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)


def _only(folder, prefix, suffix):
    names = [name for name in os.listdir(folder) if name.startswith(prefix) and name.endswith(suffix)]
    if len(names) != 1:
        raise LabError("%s has %d files %s*%s, expected one" % (folder, len(names), prefix, suffix))
    return os.path.join(folder, names[0])


def _fill(fresh, tree):
    boot = os.path.join(tree, "boot")
    xen = _only(boot, "xen-", ".gz")
    with gzip.open(xen, "rb") as source, open(os.path.join(fresh, "xen"), "wb") as out:
        shutil.copyfileobj(source, out)
    with open(_only(boot, "vmlinuz-", ""), "rb") as source, open(os.path.join(fresh, "vmlinux"), "wb") as out:
        out.write(_kernel_payload(source.read()))
    helpers = _compile_helpers(os.path.join(fresh, "helpers"))
    buffer = io.BytesIO()
    archive = cpio.Archive(buffer)
    _add_userland(archive, tree, helpers)
    _add_modules(archive, tree)
    archive.close()
    with open(os.path.join(fresh, "initrd"), "wb") as out:
        out.write(buffer.getvalue())
    shutil.rmtree(os.path.join(fresh, "helpers"))
    return {"xen": os.path.basename(xen), "files": sorted("/" + name for name in archive.names)}


def _kernel_payload(image):
    """The ELF kernel inside a bzImage: emulated, unpacking it takes seconds of each boot."""
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    packed = image[start:start + length]
    if packed.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor().decompress(packed)
    if packed.startswith(b"\x1f\x8b"):
        return gzip.decompress(packed[:-4])
    if packed.startswith(b"\x28\xb5\x2f\xfd"):
        done = subprocess.run(["zstd", "-dcq"], input=packed[:-4], stdout=subprocess.PIPE, check=True)
        return done.stdout
    raise LabError("dom0's kernel is compressed in a way the lab does not know: %r" % packed[:6])


def _compile_helpers(folder):
    os.makedirs(folder)
    made = {}
    for name, sources in HELPERS.items():
        made[name] = os.path.join(folder, name)
        words = ["gcc", *CFLAGS, "-s", "-o", made[name]]
        words += [os.path.join(paths.DOM0_SOURCES, source) for source in sources] + HELPER_LIBRARIES[name]
        try:
            done = subprocess.run(words, stderr=subprocess.PIPE, text=True)
        except FileNotFoundError:
            raise LabError("the lab needs gcc: see lab/packages") from None
        if done.returncode:
            raise LabError("cannot compile %s for dom0 (lab/packages installed?):\n%s" % (name, done.stderr))
    return made


def _find(tree, name, folders):
    for folder in folders:
        path = os.path.join(tree, folder, name)
        if os.path.exists(path):
            return path
    raise LabError("no package of dom0's image has " + name)


def _add_userland(archive, tree, helpers):
    queue = []

    def program(path, name):
        archive.file("usr/bin/" + name, path, 0o755)
        queue.append(path)

    for name, target in (("bin", "usr/bin"), ("sbin", "usr/bin"), ("usr/sbin", "bin"), ("lib", "usr/lib"),
                         ("lib64", "usr/lib"), ("var/run", "/run"), ("var/lock", "/run/lock")):
        archive.link(name, target)
    for name in ("dev", "proc", "sys", "run", "root", "tmp", "mnt", "var/log", "lab"):
        archive.folder(name)
    archive.file("init", os.path.join(paths.DOM0_SOURCES, "init"), 0o755)
    for name, path in helpers.items():
        program(path, name)
    for name, source in SCRIPTS.items():
        archive.file("usr/bin/" + name, os.path.join(paths.DOM0_SOURCES, source), 0o755)
    for name in PROGRAMS:
        program(_find(tree, name, ["bin", "sbin", "usr/bin", "usr/sbin"]), name)
    xen_dir = _only(os.path.join(tree, "usr/lib"), "xen-4", "")
    inside = os.path.relpath(xen_dir, tree)
    for name in XEN_PROGRAMS:
        archive.file(inside + "/bin/" + name, _find(xen_dir, name, ["bin"]), 0o755)
        archive.link("usr/bin/" + name, "/%s/bin/%s" % (inside, name))
        queue.append(os.path.join(xen_dir, "bin", name))
    archive.file(inside + "/boot/xen-shim", os.path.join(xen_dir, "boot/xen-shim"))
    for folder, _, names in os.walk(os.path.join(tree, "etc/xen")):
        for name in names:
            path = os.path.join(folder, name)
            archive.file(os.path.relpath(path, tree), path)
    for name, text in (("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"), ("etc/group", "root:x:0:\n"),
                       ("etc/protocols", "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\n")):
        archive.data(name, text.encode())
    folders = [folder for folder in LIBRARY_DIRS if os.path.isdir(os.path.join(tree, folder))]
    for folder in folders:
        for name in sorted(os.listdir(os.path.join(tree, folder))):
            if name.split(".so")[0] in LIBRARIES and ".so." in name:
                path = os.path.join(tree, folder, name)
                if os.path.islink(path):
                    archive.link("usr/lib/x86_64-linux-gnu/" + name, os.path.basename(os.readlink(path)))
                else:
                    archive.file("usr/lib/x86_64-linux-gnu/" + name, path, 0o755)
                    queue.append(path)
    while queue:
        for name in elf.needed(queue.pop()):
            base = os.path.basename(name)
            target = "usr/lib/" + base if name.startswith("/") else "usr/lib/x86_64-linux-gnu/" + base
            if target not in archive.names:
                path = _find(tree, base, LIBRARY_DIRS)
                archive.file(target, path, 0o755)
                queue.append(path)
    # busybox as /bin/sh would run its own applets instead of the programs of the same name.
    archive.link("usr/bin/sh", "bash")
    busybox = _find(tree, "busybox", ["bin", "usr/bin"])
    archive.file("usr/bin/busybox", busybox, 0o755)
    for name in subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
        archive.link("usr/bin/" + name, "busybox")


def _add_modules(archive, tree):
    folder = os.path.join(tree, "lib/modules")
    if not os.path.isdir(folder):
        folder = os.path.join(tree, "usr/lib/modules")
    release, = os.listdir(folder)
    folder = os.path.join(folder, release)
    by_name = {}
    for where, _, names in os.walk(os.path.join(folder, "kernel")):
        for name in names:
            if ".ko" in name:
                by_name[name.split(".ko")[0].replace("-", "_")] = os.path.join(where, name)
    order = []

    def load(name):
        path = by_name.get(name.replace("-", "_"))
        if path is None or path in order:
            return
        content = module_content(path)
        for need in _modinfo_depends(content):
            load(need)
        order.append(path)
        archive.data("usr/lib/modules/" + os.path.basename(path).split(".ko")[0] + ".ko", content)

    for name in MODULES:
        if name.replace("-", "_") not in by_name:
            raise LabError("dom0's kernel package has no module " + name)
        load(name)
    names = ["/usr/lib/modules/%s.ko" % os.path.basename(path).split(".ko")[0] for path in order]
    archive.data("etc/lab/modules", ("\n".join(names) + "\n").encode())


def module_content(path):
    with open(path, "rb") as source:
        content = source.read()
    return lzma.decompress(content) if path.endswith(".xz") else content


def _modinfo_depends(content):
    at = content.find(b"\0depends=")
    if at < 0:
        return []
    at += len(b"\0depends=")
    return [name for name in content[at:content.index(b"\0", at)].decode().split(",") if name]
