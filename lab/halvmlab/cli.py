# SPDX-License-Identifier: BSD-3-Clause
"""The command line of the lab."""
import argparse
import os
import signal
import sys

from . import LabError, batch, image


def _say(text):
    print("lab: " + text, file=sys.stderr, flush=True)


def _build(options):
    images = image.ready(_say, options.refresh)
    print(images.folder)
    return 0


def _parser():
    parser = argparse.ArgumentParser(prog="lab/xen", description="Xen, a Linux dom0 and xl inside QEMU.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def machine_options(sub):
        sub.add_argument("--memory", type=int, default=2048, metavar="MB", help="memory of the whole machine")
        sub.add_argument("--smp", type=int, default=2, metavar="N", help="processors of the machine")
        sub.add_argument("--icount", action="store_true",
                         help="deterministic: one processor, one instruction is one nanosecond")

    sub = commands.add_parser("build", help="make the images (other commands do it when needed)")
    sub.add_argument("--refresh", action="store_true", help="ask apt for newer packages")
    sub.set_defaults(run=_build)

    sub = commands.add_parser("batch", help="run many guests in one boot")
    machine_options(sub)
    sub.add_argument("--jobs", type=int, default=1, metavar="N", help="guests at a time")
    sub.add_argument("--timeout", type=float, metavar="S", help="for each guest (60)")
    sub.add_argument("--overall", type=float, metavar="S", help="for everything")
    sub.add_argument("--json", metavar="FILE", help="one JSON object a guest")
    sub.add_argument("--out", metavar="DIR", help="console output, one file a guest")
    sub.add_argument("-v", "--verbose", action="store_true", help="show consoles and details")
    sub.add_argument("cfg", nargs="+", metavar="FILE.cfg")
    sub.set_defaults(run=batch.command)
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
