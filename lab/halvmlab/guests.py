# SPDX-License-Identifier: BSD-3-Clause
"""The commands `batch` and `run`: guests from configs, their consoles and endings shown."""
import contextlib
import json
import os
import sys
import threading
import time

from . import LabError, batch, image, machine, session, standing

WATCH_SECONDS = 20
SILENCE_SECONDS = 100


def _print_console(result):
    sys.stdout.buffer.write(result.console)
    if result.console and not result.console.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")


def _print_detail(result):
    for line in result.detail.splitlines():
        print("  | " + line)
    for line in result.script_output.splitlines():
        print("  dom0| " + line)


def _overall(work, options):
    limits = sum(work.limit_of_group(guest) for guest in work.guests)
    return options.overall or 600 + limits * (10 if options.icount else 2)


def _settings(options):
    smp = options.smp or min(options.jobs, 2, os.cpu_count() or 1)
    return machine.Settings(options.memory, smp, options.icount, options.dom0)


def _guest_seconds(options):
    return options.timeout or (batch.ICOUNT_GUEST_SECONDS if options.icount else batch.GUEST_SECONDS)


def _watch(lab, done):
    """Ends a lab whose dom0 does not answer any more: its guests would be waited for until their time is up."""
    while not done.wait(WATCH_SECONDS):
        try:
            session.Session(lab.folder, timeout=SILENCE_SECONDS).close()
        except session.NoAnswer:
            if not done.is_set():
                lab.failure = "dom0 has not answered for %d s" % SILENCE_SECONDS
                lab.process.kill()
            return


def _run_private(work, settings, overall, log_copy):
    """Boots a lab for these guests only and ends it."""
    lab = machine.Machine(settings, lambda text: print("lab: " + text, file=sys.stderr))
    lab.log_copy = log_copy
    timer = threading.Timer(overall, lambda: lab.process and lab.process.kill())
    timer.daemon = True
    began = time.monotonic()
    done = threading.Event()
    try:
        if settings.icount:
            _run_icount(work, lab, overall, timer)
        else:
            lab.start()
            timer.start()
            lab.wait_ready()
            threading.Thread(target=_watch, args=(lab, done), daemon=True).start()
            work.run_live(lab)
    except LabError:
        why = "the overall time of %g s was up" % overall if time.monotonic() - began >= overall else lab.failure
        if not why:
            raise
        raise LabError("%s, after %d of %d guests"
                       % (why, sum(r is not None for r in work.results), len(work.guests))) from None
    finally:
        done.set()
        timer.cancel()
        lab.stop()


def _run_icount(work, lab, overall, timer):
    archive = work.plan(image.ready(lab.say))
    # The archive is in memory twice while dom0 unpacks it.
    lab.settings.dom0_mb += 2 * (len(archive) >> 20)
    lab.settings.memory += 2 * (len(archive) >> 20)
    path = os.path.join(lab.folder, "plan.cpio")
    with open(path, "wb") as out:
        out.write(archive)
    lab.start(plan=path)
    timer.start()
    work.run_planned(lab, overall)


def run_batch(options):
    """`lab/xen batch`."""
    results = None

    def report(result):
        print(result.summary(), flush=True)
        if results:
            results.write(json.dumps(result.as_json()) + "\n")
            results.flush()
        if options.verbose:
            sys.stdout.flush()
            _print_console(result)
        if options.verbose or result.ending == "create-failed":
            _print_detail(result)
        sys.stdout.flush()

    if options.out:
        os.makedirs(options.out, exist_ok=True)
    work = batch.Batch(options.cfg, _guest_seconds(options), options.jobs, options.out, report)
    settings = _settings(options)
    with contextlib.ExitStack() as files:
        if options.json:
            # As they come: what was seen before the lab failed is not lost.
            results = files.enter_context(open(options.json, "w", encoding="utf-8"))
        _run_private(work, settings, _overall(work, options), options.out and os.path.join(options.out, "xen.log"))
    return 0


def run(options):
    """`lab/xen run`: in the lab that is up, or in one of its own."""
    together = options.jobs > 1

    def show(data):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def report(result):
        sys.stdout.flush()
        if together or options.icount or result.grouped:
            _print_console(result)
        elif result.console and not result.console.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.flush()
        print("[%s]" % result.summary())
        _print_detail(result)
        sys.stdout.flush()

    work = batch.Batch(options.cfg, _guest_seconds(options), options.jobs, None, report, None if together else show)
    lab = None if options.icount else standing.find()
    if lab:
        work.run_live(lab, keep_clean=True)
    else:
        settings = _settings(options)
        _run_private(work, settings, _overall(work, options), None)
    everyone = [one for result in work.results for one in (result, *result.peers)]
    good = all(one.ending == "poweroff" and one.exit_code == 0 and not one.script_status for one in everyone)
    return 0 if good else 1
