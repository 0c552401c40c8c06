# SPDX-License-Identifier: BSD-3-Clause
"""Where the runtime lies: beside these files, in a source tree or in an installation."""
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))

# Target names as users give them: the environment that is linked, the guest type for xl, and the size of a word in bits.
TARGETS = {
    "xen-pv": ("pv64", "pv", 64),
    "xen-pvh": ("pvh64", "pvh", 64),
    "xen-pv32": ("pv32", "pv", 32),
    "xen-pvh32": ("pvh32", "pvh", 32),
}
DEFAULT_TARGET = "xen-pvh"


class Failure(Exception):
    """Ends the tool with a message for the user."""


def run_tool(name, main):
    """Run main(argv); print what went wrong as one line and end with its exit status."""
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"{name}: {what}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def environment_of(target):
    """The environment (a folder's name) of a target name."""
    if target not in TARGETS:
        raise Failure(f"--target={target}: no such target (there are: {', '.join(TARGETS)})")
    return TARGETS[target][0]


def guest_type_of(target):
    """What `type =` of an xl config says for a target name."""
    environment_of(target)
    return TARGETS[target][1]


def bits_of(target):
    """The size of a word, in bits, of a target name."""
    environment_of(target)
    return TARGETS[target][2]


def machine_flags(target):
    """What the compiler must be told to compile for a target, beyond what it does by itself."""
    if bits_of(target) == 64:
        return []
    # With only libc6-dev-i386 installed, Debian's compiler does not find the headers in asm/ by itself.
    return ["-m32", "-march=i686", "-msse2", "-mfpmath=sse", "-idirafter", "/usr/include/x86_64-linux-gnu"]


def link_flags(target):
    """What the compiler must be told to link for a target, as above."""
    return [] if bits_of(target) == 64 else ["-m32"]


def is_installed():
    """True in an installation (lib/halvm/tools), False in a source tree (tools/lib)."""
    return os.path.basename(HERE) == "tools"


def root():
    """The prefix of an installation, or the top of a source tree."""
    up = os.path.join("..", "..", "..") if is_installed() else os.path.join("..", "..")
    return os.path.normpath(os.path.join(HERE, up))


def library_dir(target):
    """The folder with crt0.o, the archives and the linker script of a target; it is checked to hold them."""
    env = environment_of(target)
    where = os.path.join(HERE, "..", env) if is_installed() else os.path.join(root(), "build", env, "lib")
    where = os.path.normpath(where)
    names = ["crt0.o", "halvm.lds", "libhalvm.a", "libminlibc.a", "libminlibm.a"]
    if bits_of(target) == 64:
        names.append("librts-xen.a")
    for name in names:
        path = os.path.join(where, name)
        if not os.path.isfile(path):
            hint = "the installation is incomplete" if is_installed() else "build it with `make`"
            raise Failure(f"{path}: not there, so nothing can be linked for {target}: {hint}")
    return where


def include_dir():
    """The folder that holds halvm/*.h."""
    return os.path.join(root(), "include")


def version():
    """The version of these tools."""
    with open(os.path.join(HERE, "VERSION"), encoding="ascii") as file:
        return file.read().strip()
