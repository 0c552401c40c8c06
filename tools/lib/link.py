# SPDX-License-Identifier: BSD-3-Clause
"""From GHC's link line to a kernel: what glibc and the linker's defaults would have supplied is ours."""
import os
import re
import shlex
import shutil
import subprocess
import tempfile

import ksyms
import layout
import xlconfig
from layout import Failure

# Libraries whose functions minlibc and minlibm define.
REPLACED = {"c", "m", "pthread", "rt", "dl", "util", "gcc", "gcc_s", "gcc_eh"}
# Flags that say how a Linux program is made: a kernel is made one way only. The last two are for small build machines of old.
DROPPED = {"-no-pie", "-static", "-fno-PIC", "-fno-pic", "-fno-PIE", "-fno-pie", "-rdynamic", "-pthread", "-s",
           "-Wl,--gc-sections", "-Wl,--hash-size=31", "-Wl,--reduce-memory-overheads", "-Wl,--no-as-needed", "-Wl,--as-needed"}
# What asks the compiler driver for something else than the program.
NOT_A_PROGRAM = re.compile(r"-(shared|r|c|E|S|v|dumpversion|dumpmachine|###|-version)$|-Wl,(-r|--relocatable|--version|-v|-V)$"
                           r"|--?print-.*")
# The runtime's ways: what the name of libHSrts says, and which of our archives matches its data structures.
RTS_WAYS = {"": "", "_debug": "", "_l": "", "_p": "_p", "_debug_p": "_p",
            "_thr": "_thr", "_thr_l": "_thr", "_thr_debug": "_thr_debug", "_thr_p": "_thr_p"}


def host_compiler():
    """The C compiler that links, and that everything else is handed to."""
    return os.environ.get("HALVM_CC", "gcc")


def expand(args):
    """The arguments with @response files replaced by their contents."""
    result = []
    for arg in args:
        if arg.startswith("@") and os.path.isfile(arg[1:]):
            with open(arg[1:], encoding="utf-8", errors="surrogateescape") as file:
                result += expand(shlex.split(file.read()))
        else:
            result.append(arg)
    return result


def is_program(args):
    """Is this the link of a program, not a probe or the library that Template Haskell loads?"""
    return "-o" in args and not any(NOT_A_PROGRAM.match(arg) for arg in args)


class LinkLine:
    """GHC's arguments, sorted by what becomes of them."""

    def __init__(self, args):
        self.output = None
        self.inputs = []  # objects, archives, -L, -l, -u, -Wl,...: in order
        self.rts = None
        rest = iter(args)
        for arg in rest:
            if arg == "-o":
                self.output = next(rest, None)
            elif arg in ("-l", "-L", "-u", "-T", "-Xlinker", "-z"):
                self.add(arg, next(rest, ""))
            elif arg.startswith("-l"):
                self.add("-l", arg[2:])
            elif arg in DROPPED or arg.startswith("-fuse-ld="):
                continue
            elif arg in ("-pie", "-static-pie", "-Wl,-pie"):
                raise Failure(f"{arg}: a kernel has a fixed address")
            elif arg in ("-dynamic", "-Wl,-Bdynamic"):
                raise Failure(f"{arg}: there are no shared libraries in a guest")
            else:
                self.inputs.append(arg)
        if not self.output:
            raise Failure("-o: needs a file")

    def add(self, flag, value):
        """A flag with its value, however the two were written."""
        if flag == "-T":
            raise Failure(f"-T {value}: the linker script of a kernel is fixed")
        if flag == "-l":
            if value in REPLACED:
                return
            rts = re.fullmatch(r"HSrts(.*)", value)
            if rts:
                self.rts = rts.group(1)
                if "-ghc" in self.rts:
                    raise Failure("-dynamic: there are no shared libraries in a guest")
            self.inputs.append("-l" + value)
        else:
            self.inputs += [flag, value]


def rts_archive(libs, way):
    """Our layer for a way of GHC's runtime."""
    if way not in RTS_WAYS:
        raise Failure(f"libHSrts{way}.a: this way of GHC's runtime is not supported")
    path = os.path.join(libs, f"librts-xen{RTS_WAYS[way]}.a")
    if os.path.isfile(path):
        return path
    raise Failure(f"{path}: not there, so programs for libHSrts{way}.a cannot be linked")


def check_ghc_version(libs, ghc):
    """rts-xen is built for the data structures of one GHC."""
    path = os.path.join(libs, "rts-xen.ghc")
    if not ghc or not os.path.isfile(path):
        return
    with open(path, encoding="ascii") as file:
        expected = file.read().strip()
    found = subprocess.run([ghc, "--numeric-version"], capture_output=True, text=True, check=False).stdout.strip()
    if found != expected:
        raise Failure(f"{ghc} is GHC {found}; the runtime was built for GHC {expected}")


def report_failure(output, log, verbose):
    """Turn ld's complaints into a Failure: missing functions by name with who wants them, everything else as ld put it."""
    missing = {}
    others = []
    context = None
    for line in log.splitlines():
        line = re.sub(r"^\S*ld(\.bfd)?: ", "", line)
        inside = re.match(r"(.*): in function `(.*)':$", line)
        undefined = re.match(r"(.*?)(?::?(\(\S+\))|:\d+): (?:more )?undefined references? to `(.*?)'", line)
        if inside:
            context = "{} ({})".format(os.path.basename(inside[1]), inside[2])
        elif undefined:
            # "object:(section+offset)", or after a line that names object and function only the place in it, or source:line.
            source, place, name = undefined.groups()
            source = os.path.basename(source)
            missing.setdefault(name, []).append(source if source.endswith((".o", ")")) else context or source or place)
        elif line and not re.match(r"collect2: error|.*warning: ", line):
            others.append(line)
    if verbose or not (missing or others):
        raise Failure(f"{output}: the link failed:\n{log.rstrip()}")
    lines = [f"{output}: the link failed"]
    if missing:
        lines.append(f"{len(missing)} C function{'s are' if len(missing) > 1 else ' is'} in no object or library of this link, "
                     "nor in HaLVM's C library:")
        for name in sorted(missing):
            users = sorted(set(missing[name]))
            more = f", and {len(users) - 3} more" if len(users) > 3 else ""
            lines.append(f"  {name}, wanted by {', '.join(users[:3])}{more}")
    lines += others
    raise Failure("\n".join(lines))


class Linker:
    """One kernel: linked, given its symbol table, linked again, stripped."""

    def __init__(self, target, line, symbols, verbose, ghc=None):
        self.target = target
        self.line = line
        self.symbols = symbols
        self.verbose = verbose
        self.libs = layout.library_dir(target)
        if line.rts is not None:
            if layout.bits_of(target) == 32:
                raise Failure(f"--target={target}: Haskell programs cannot be linked for it: this GHC's libraries are for 64 bits")
            check_ghc_version(self.libs, ghc)

    def command(self, output, table):
        """The link command."""
        libs = self.libs

        def in_libs(name):
            return os.path.join(libs, name)

        command = [host_compiler(), *layout.link_flags(self.target), "-nostdlib", "-static", "-no-pie", "-fuse-ld=bfd",
                   "-T", in_libs("halvm.lds"), "-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments",
                   "-Wl,-z,noexecstack,-z,max-page-size=4096", "-o", output, in_libs("crt0.o")]
        if table:
            command.append(table)
        if self.line.rts is not None:
            # All of it, and before GHC's archives: a function that is defined already does not pull its stock member in.
            # What is wrapped: rts-xen's heap limit, and its view of the I/O manager's descriptors.
            command += ["-Wl,--wrap=allocateMightFail,--wrap=allocatePinned,--wrap=setIOManagerControlFd",
                        "-Wl,--whole-archive", rts_archive(libs, self.line.rts), "-Wl,--no-whole-archive"]
        command += ["-Wl,--start-group", *self.line.inputs, in_libs("libhalvm.a"), in_libs("libminlibc.a"),
                    in_libs("libminlibm.a"), "-lgcc", "-Wl,--end-group"]
        return command

    def run(self, command):
        """Run a command; its complaints become a Failure."""
        if self.verbose:
            print(shlex.join(command))
        env = dict(os.environ, LC_ALL="C")
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              env=env, check=False)
        if done.returncode:
            report_failure(self.line.output, done.stdout, self.verbose)

    def link(self):
        """Write the kernel, and beside it FILE.sym with everything that stripping took away."""
        output = self.line.output
        results = (output + ".sym", output)
        for path in results:  # a link that fails leaves nothing older to be booted by mistake
            if os.path.isdir(path):
                raise Failure(f"{path}: is a folder")
            if os.path.lexists(path):
                os.unlink(path)
        with tempfile.TemporaryDirectory(prefix="halvm-ld-") as scratch:
            linked = os.path.join(scratch, os.path.basename(output) + ".sym")
            self.run(self.command(linked, None))
            if self.symbols != "none":
                entries = ksyms.choose(ksyms.read_symbols(linked), self.symbols)
                source = os.path.join(scratch, "ksyms.S")
                table = os.path.join(scratch, "ksyms.o")
                with open(source, "w", encoding="ascii") as file:
                    file.write(ksyms.assemble(entries))
                self.run([host_compiler(), *layout.link_flags(self.target), "-c", source, "-o", table])
                self.run(self.command(linked, table))
                if ksyms.choose(ksyms.read_symbols(linked), self.symbols) != entries:
                    raise Failure(f"{output}: functions moved when their table was put in")
            stripped = os.path.join(scratch, "stripped")
            # gdb finds the symbols by this note, as long as the two files stay together.
            self.run(["objcopy", "--strip-all", "--add-gnu-debuglink=" + linked, linked, stripped])
            for made, kept in zip((linked, stripped), results):
                shutil.copyfile(made, kept)
            os.chmod(output, 0o755)


def link_program(args, options):
    """Link as the options (see halvm-ghc) say; args are GHC's."""
    line = LinkLine(args)
    Linker(options["target"], line, options["symbols"], options["verbose"], options.get("ghc")).link()
    if options.get("xl_config") is not None:
        config = options["xl_config"] or line.output + ".cfg"
        xlconfig.write(config, line.output, options["target"], options["memory"], options.get("ramdisk"), options["extra"])
