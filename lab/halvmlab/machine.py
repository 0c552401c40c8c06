# SPDX-License-Identifier: BSD-3-Clause
"""One QEMU with Xen and dom0 in it, which never outlives the process that started it."""
import os
import shutil
import subprocess
import time

from . import LabError, image, paths, process, session

# The model that Xen, a PV dom0, nested SVM and the PV shim all work on under TCG.
CPU = "qemu64,family=16,model=4,+svm,+npt,+rdrand,+ssse3,+sse4.1,+sse4.2,+popcnt"
XEN_OPTIONS = "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all conring_size=4M"
# Without the swiotlb size Linux takes 64 MB of dom0 for bounce buffers.
DOM0_OPTIONS = "console=hvc0 quiet panic=1 swiotlb=4096"
BOOT_SECONDS = 120
ICOUNT_BOOT_SECONDS = 300
DOM0_MB = 512
PORTS = 16


class Settings:
    """What a lab is started with."""

    def __init__(self, memory=2048, smp=1, icount=False, dom0_mb=DOM0_MB):
        self.memory = memory
        self.smp = 1 if icount else smp
        self.icount = icount
        self.dom0_mb = dom0_mb


def gdb_path(folder):
    """The socket of QEMU's gdb server."""
    return os.path.join(folder, "gdb")


class Machine:
    """QEMU, its files in a folder of its own. `start` must run in the main thread: the kernel ends QEMU when the
    thread that made it ends."""

    def __init__(self, settings, say=lambda text: None, folder=None):
        self.settings = settings
        self.say = say
        self.folder = folder or paths.runtime_dir()
        self.process = None
        self.images = None
        self.log_copy = None
        self.failure = None  # why it was ended, if not by `stop`

    @property
    def serial_log(self):
        return os.path.join(self.folder, "xen.log")

    @property
    def plan_output(self):
        return os.path.join(self.folder, "plan.out")

    def start(self, plan=None):
        """Builds the images where needed and starts QEMU. With `plan`, an initramfs archive, dom0 gets it on top of its own and runs its /lab/plan
        instead of serving sessions; results go to the file `plan_output`."""
        self.images = image.ready(self.say)
        words = self._command(plan)
        with open(os.path.join(self.folder, "qemu.err"), "wb") as errors:
            try:
                self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                                                start_new_session=True,
                                                preexec_fn=process.dies_with_parent())
            except FileNotFoundError:
                raise LabError("no qemu-system-x86_64 here: see lab/packages") from None

    def _command(self, plan):
        settings, initrd = self.settings, self.images.initrd
        if plan:
            initrd = os.path.join(self.folder, "initrd")
            with open(initrd, "wb") as out:
                for part in (self.images.initrd, plan):
                    with open(part, "rb") as source:
                        shutil.copyfileobj(source, out, 1 << 20)
        if "," in initrd + self.images.kernel:
            raise LabError("QEMU cannot take image paths with a comma: set HALVM_LAB to another folder")
        # More virtual CPUs of dom0 than that wait for each other: three times the work on two processors.
        dom0 = "dom0_mem=%dM,max:%dM dom0_max_vcpus=1" % (settings.dom0_mb, settings.dom0_mb)
        words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                 "-monitor", "none", "-cpu", CPU, "-m", str(settings.memory), "-smp", str(settings.smp),
                 "-chardev", "file,id=serial,path=" + self.serial_log, "-serial", "chardev:serial",
                 "-device", "virtio-serial-pci,max_ports=%d,ioeventfd=off" % (PORTS + 1),
                 "-kernel", self.images.xen, "-append", XEN_OPTIONS + " " + dom0,
                 "-initrd", "%s %s,%s" % (self.images.kernel, DOM0_OPTIONS, initrd)]
        if settings.icount:
            # A fixed clock and fixed random numbers: all that would differ from run to run.
            words += ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-seed", "1",
                      "-rtc", "base=2024-01-01T00:00:00,clock=vm"]
        else:
            words += ["-accel", "tcg,thread=multi"]
        if plan:
            words += ["-chardev", "file,id=port1,path=" + self.plan_output,
                      "-device", "virtserialport,chardev=port1,nr=1"]
        else:
            # QEMU's gdb server costs nothing until somebody connects.
            words += ["-chardev", "socket,id=gdb,path=%s,server=on,wait=off" % gdb_path(self.folder), "-gdb", "chardev:gdb"]
            for number in range(1, PORTS + 1):
                words += ["-chardev", "socket,id=port%d,path=%s,server=on,wait=off"
                          % (number, session.port_path(self.folder, number)),
                          "-device", "virtserialport,chardev=port%d,nr=%d" % (number, number)]
        return words

    def wait_ready(self):
        """Returns the seconds it took until dom0 answered."""
        started = time.monotonic()
        limit = ICOUNT_BOOT_SECONDS if self.settings.icount else BOOT_SECONDS
        while True:
            self.check_alive()
            try:
                with session.Session(self.folder, timeout=1.0):
                    return time.monotonic() - started
            except session.NoAnswer:
                pass
            if time.monotonic() - started > limit:
                raise LabError("dom0 did not come up within %d s; the end of Xen's log:\n%s"
                               % (limit, self.serial_tail()))

    def check_alive(self):
        code = self.process.poll()
        if code is not None:
            with open(os.path.join(self.folder, "qemu.err"), encoding="utf-8", errors="replace") as source:
                errors = source.read().strip()
            raise LabError("QEMU ended by itself (status %d). %s\nThe end of Xen's log:\n%s"
                           % (code, errors, self.serial_tail()))

    def serial_tail(self, lines=25):
        try:
            with open(self.serial_log, encoding="utf-8", errors="replace") as source:
                return "".join(source.readlines()[-lines:])
        except FileNotFoundError:
            return "(nothing: QEMU did not start)"

    def stop(self):
        """Ends QEMU and removes the run folder; Xen's log of the last lab stays."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        try:
            shutil.copyfile(self.serial_log, self.log_copy or os.path.join(paths.home(), "xen.log"))
        except OSError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)
