# SPDX-License-Identifier: BSD-3-Clause
"""How a guest ended: reads the records of dom0/guest.c and says it in the lab's terms."""
import re

# SHUTDOWN_* of Xen's public sched.h.
REASONS = {0: "poweroff", 1: "reboot", 2: "suspend", 3: "crash", 4: "watchdog", 5: "soft-reset"}
_EXIT_LINE = re.compile(rb"^halvm: exit (\d+)\s*$")
_LOG_PREFIX = re.compile(r"^\(XEN\) (?:\[[^]]*\] ?)?")
_LOG_OWNER = re.compile(r"^(?:d(\d+)(?:v\d+)?\b|Domain (\d+)\b|domain_crash called|\*\*\* Dumping|.*\bdom(?:ain)? ?(\d+)\b)",
                        re.IGNORECASE)
_LOG_ROUTINE = re.compile(r"^HVM ?d?\d+(v\d+)? (save|restore): ")
_FATAL = re.compile(r"triple fault|crashed on cpu|domain_crash|invoking HVM shutdown|Failed VMRUN|unexpected",
                    re.IGNORECASE)


class Records:
    """Splits the stream "NAME LENGTH\\n<bytes>\\n" as it comes in; `live` is called with console bytes at once."""

    def __init__(self, live=None):
        self.pending = bytearray()
        self.items = {}
        self.live = live
        self.finished = False

    def feed(self, data):
        self.pending += data
        while True:
            line_end = self.pending.find(b"\n")
            if line_end < 0:
                return
            words = bytes(self.pending[:line_end]).split(b" ")
            if len(words) != 2 or not words[1].isdigit():
                # Not a record: the runner's own complaint. Kept to be shown.
                self.items["stray"] = self.items.get("stray", b"") + bytes(self.pending[:line_end + 1])
                del self.pending[:line_end + 1]
                continue
            length = int(words[1])
            if len(self.pending) < line_end + 1 + length + 1:
                return
            tag, value = words[0].decode(), bytes(self.pending[line_end + 1:line_end + 1 + length])
            del self.pending[:line_end + 1 + length + 1]
            if tag == "live":
                self.items["console"] = self.items.get("console", b"") + value
                if self.live:
                    self.live(value)
            elif tag in ("moved", "refed"):
                self.items[tag] = self.items.get(tag, b"") + value
            else:
                self.items[tag] = value
            if tag == "end":
                self.finished = True


class Outcome:
    """One guest's end. `ending` is one of poweroff, reboot, crash, suspend, watchdog, soft-reset, killed, timeout,
    create-failed."""

    def __init__(self, name, cfg):
        self.name = name
        self.cfg = cfg
        self.ending = None
        self.exit_code = None
        self.cpu_time_ns = None
        self.seconds = None
        self.dom0_time = None
        self.detail = ""
        self.console = b""
        self.console_path = None
        self.script_status = None  # of dom0's script, which belongs to the first guest of a group
        self.script_output = ""
        self.peers = []  # outcomes of the guests that ran beside it
        self.grouped = False  # its console was not shown while it ran

    def read(self, items, timeout):
        end = dict(line.split(" ", 1) for line in items["end"].decode().splitlines())
        text = {tag: value.decode("utf-8", "replace") for tag, value in items.items()}
        domids = [int(number) for number in (text.get("created", "") + text.get("moved", "")).split()]
        log = domain_log(text.get("log", ""), domids)
        self.console = items.get("console", b"")
        parts = []
        how, reason = end["how"], int(end["reason"])
        if how == "create-failed":
            self.ending = "create-failed"
            if end["xl_status"] == "-1":
                parts.append("xl create did not come to an end and was killed")
            parts.append(text.get("xl", "").strip() or "xl create failed with status %s and no message"
                         % end["xl_status"])
            parts.append(text.get("log", "").strip())
        else:
            self.seconds = int(end["nanoseconds"]) / 1e9
            self.dom0_time = int(end["wall"])
            self.cpu_time_ns = int(end["cpu_time"])
        if how == "timeout":
            self.ending = "timeout"
            parts.append("did not end within %g s and was destroyed" % timeout)
        elif how == "flood":
            self.ending = "timeout"
            parts.append("wrote more than 64 MiB to its console and was destroyed")
        elif how == "vanished":
            self.ending = "killed"
            self.cpu_time_ns = None
            parts.append("the domain was destroyed while it ran")
        elif how == "shutdown":
            self.ending = REASONS.get(reason, "unknown-%d" % reason)
            if _FATAL.search(log):
                self.ending = "killed"
                parts.append("ended by Xen")
        if how != "create-failed" and not self.console:
            parts.append("printed nothing on its console")
        if items.get("rest"):
            parts.append("%d bytes were left in the console ring without an event: %r"
                         % (len(items["rest"]), items["rest"]))
        if "refed" in text:
            parts.append("the console daemon dropped the terminal; fed again from byte " + ", ".join(text["refed"].split()))
        parts += [text.get("vcpus", "").strip(), log.strip(), text.get("context", "").strip()]
        parts.append(text.get("stray", "").strip())
        self.detail = "\n".join(part for part in parts if part)
        self.exit_code = exit_code(self.console)
        if self.exit_code is None and self.ending == "poweroff":
            self.exit_code = 0
        return self

    def summary(self):
        """One line for the user."""
        words = [self.ending]
        if self.exit_code is not None:
            words.append("exit %d" % self.exit_code)
        if self.seconds is not None:
            words.append("%.1f s" % self.seconds)
        if self.cpu_time_ns is not None:
            words.append("{:,} ns of CPU".format(self.cpu_time_ns))
        if self.ending != "create-failed" and not self.console:
            words.append("printed nothing")
        if self.script_status:
            words.append("dom0's script failed with %d" % self.script_status)
        return "%s: %s" % (self.name, ", ".join(words))

    def as_json(self):
        """One object, without the peers, which have their own."""
        return {"name": self.name, "cfg": self.cfg, "ending": self.ending, "exit_code": self.exit_code,
                "console": self.console_path, "cpu_time_ns": self.cpu_time_ns, "seconds": self.seconds,
                "dom0_time": self.dom0_time, "detail": self.detail, "script_status": self.script_status,
                "script_output": self.script_output, "peers": [peer.name for peer in self.peers]}


def not_created(guest, why):
    """The outcome of a guest that the lab could not even send to dom0."""
    result = Outcome(guest.name, guest.path)
    result.ending, result.detail = "create-failed", why
    result.peers = [not_created(peer, why) for peer in guest.peers]
    return result


def exit_code(console):
    """N of a last line `halvm: exit N`, or None. What xen-shim logs on its guest's console does not count."""
    lines = [line for line in console.replace(b"\r", b"").split(b"\n") if line.strip()]
    lines = [line for line in lines if not line.startswith(b"(XEN) ")]
    match = _EXIT_LINE.match(lines[-1]) if lines else None
    return int(match.group(1)) if match else None


def domain_log(text, domids):
    """The lines of Xen's log about one guest, whatever its numbers were: those that name it, and the register dumps that follow such a line
    without naming anyone."""
    kept, ours = [], False
    for line in text.splitlines():
        plain = _LOG_PREFIX.sub("", line)
        match = _LOG_OWNER.match(plain)
        if _LOG_ROUTINE.match(plain):
            ours = False
        elif match:
            owner = next((group for group in match.groups() if group), None)
            if owner is not None:
                ours = int(owner) in domids
        if ours:
            kept.append(line)
    return "\n".join(kept)
