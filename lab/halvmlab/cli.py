# SPDX-License-Identifier: BSD-3-Clause
"""The command line of the lab."""
import argparse
import os
import signal
import sys

from . import LabError, commands as commands_in_dom0, guests, image, machine, standing


def _say(text):
    print("lab: " + text, file=sys.stderr, flush=True)


def _build(options):
    images = image.ready(_say, options.refresh)
    print(images.folder)
    return 0


def _up(options):
    settings = machine.Settings(options.memory, options.smp or 1, options.icount, options.dom0)
    standing.up(settings, options.idle, _say)
    return 0


def _down(_):
    if not standing.down():
        print("no lab is up")
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="lab/xen", description="Xen, a Linux dom0 and xl inside QEMU.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, function, text, **more):
        sub = commands.add_parser(name, help=text, description=text, **more)
        sub.set_defaults(run=function)
        return sub

    def machine_options(sub):
        sub.add_argument("--memory", type=int, default=2048, metavar="MB", help="memory of the whole machine (2048)")
        sub.add_argument("--smp", type=int, metavar="N", help="processors of the machine (1; 2 with --jobs)")
        sub.add_argument("--dom0", type=int, default=machine.DOM0_MB, metavar="MB",
                         help="dom0's part of it, which also holds the guests' files (%d)" % machine.DOM0_MB)
        sub.add_argument("--icount", action="store_true",
                         help="deterministic: one processor, one instruction is one nanosecond")

    def guest_options(sub):
        machine_options(sub)
        sub.add_argument("--jobs", type=int, default=1, metavar="N", help="guests at a time (1)")
        sub.add_argument("--timeout", type=float, metavar="S", help="for each guest, in dom0's time (60; 20 with --icount)")
        sub.add_argument("--overall", type=float, metavar="S", help="for everything, in wall time")
        sub.add_argument("cfg", nargs="+", metavar="FILE.cfg")

    sub = command("build", _build, "make the images (other commands do it when needed)")
    sub.add_argument("--refresh", action="store_true", help="ask apt for newer packages")
    sub = command("up", _up, "boot a lab that stays up")
    machine_options(sub)
    sub.add_argument("--idle", type=float, default=standing.IDLE_MINUTES, metavar="MINUTES",
                     help="end it after this long without use (%g)" % standing.IDLE_MINUTES)
    command("down", _down, "end the lab that is up")
    command("status", lambda _: standing.status(), "show the lab that is up and its guests")
    sub = command("run", guests.run, "run guests, show their consoles and how they ended")
    guest_options(sub)
    sub = command("batch", guests.run_batch, "run many guests in one boot, report one line each")
    guest_options(sub)
    sub.add_argument("--json", metavar="FILE", help="one JSON object a guest")
    sub.add_argument("--out", metavar="DIR", help="console output, one file a guest, and Xen's log")
    sub.add_argument("-v", "--verbose", action="store_true", help="show consoles and details")
    sub = command("xl", commands_in_dom0.xl, "run xl in dom0; `create` takes configs of this machine", prefix_chars="\0")
    sub.add_argument("words", nargs=argparse.REMAINDER)
    sub = command("sh", commands_in_dom0.sh, "run a shell command in dom0, or a shell", prefix_chars="\0")
    sub.add_argument("words", nargs=argparse.REMAINDER)
    sub = command("console", commands_in_dom0.console, "attach to a guest's console; Ctrl-] leaves it")
    sub.add_argument("name")
    sub = command("put", commands_in_dom0.put, "copy a file to dom0")
    sub.add_argument("source")
    sub.add_argument("target")
    sub = command("get", commands_in_dom0.get, "copy a file from dom0, `-` to standard output")
    sub.add_argument("source")
    sub.add_argument("target")
    sub = command("gdb", commands_in_dom0.gdb, "debug a PV guest: gdb on the kernel's symbols and on QEMU's gdb server", prefix_chars="\0")
    sub.add_argument("kernel")
    sub.add_argument("words", nargs=argparse.REMAINDER)
    command("log", commands_in_dom0.log, "print Xen's log of the lab that is up")
    return parser


def main(words=None):
    options = _parser().parse_args(words)

    def leave(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
    try:
        return options.run(options)
    except LabError as error:
        _say(str(error))
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
