# SPDX-License-Identifier: BSD-3-Clause
"""Reads an xl guest config: its name, the host files it needs in dom0, and the lab's own comment lines."""
import os
import re

from . import LabError

_TOKEN = re.compile(r"""\s*(?:(?P<comment>\#[^\n]*)|(?P<string>"[^"\n]*"|'[^'\n]*'|\"\"\"(?:.|\n)*?\"\"\")"""
                    r"""|(?P<word>[^\s=\[\],;"'\#]+)|(?P<sign>[=\[\],;]|\+=))""")
_OPTION = re.compile(r"^[ \t]*#[ \t]*halvm:[ \t]*(.*)$", re.MULTILINE)
_FILE_KEYS = ("kernel", "ramdisk", "device_tree", "firmware_override")


class Config:
    """What the lab needs to know of one .cfg file.

    `folder` is where xl runs, in dom0 as on the host: relative paths mean what they mean on the host. `files` are
    the absolute paths of the host files to send over; they get the same path in dom0."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as source:
                self.text = source.read()
        except OSError as error:
            raise LabError("cannot read %s: %s" % (path, error.strerror)) from None
        values = _assignments(self.text)
        self.name = values.get("name") or os.path.splitext(os.path.basename(path))[0]
        if not isinstance(self.name, str) or "/" in self.name:
            raise LabError("%s: a guest's name is a string without a slash" % path)
        self.named = isinstance(values.get("name"), str)
        # Does xen-shim share the guest's console? That is its default.
        self.shim = (str(values.get("pvshim", "0")).lower() in ("1", "true", "yes")
                     and ",pv" in str(values.get("pvshim_cmdline", "console=xen,pv")))
        self.timeout = None
        self.stdin = None
        self.script = None
        self.peers = []
        self._read_options()
        names = [one.name for one in self.group]
        if len(set(names)) < len(names):
            raise LabError("%s: guests that run together need different names: %s" % (path, " ".join(names)))
        paths = [values[key] for key in _FILE_KEYS if isinstance(values.get(key), str) and values[key]]
        disks = [_disk_target(disk) for disk in values.get("disk") or []]
        paths += [target for target in disks if target]
        self.folder = self._choose_folder(paths)
        self.files = []
        for name in paths:
            full = os.path.normpath(os.path.join(self.folder, name))
            if os.path.isfile(full) and full not in self.files:
                self.files.append(full)
        self.disks = [os.path.normpath(os.path.join(self.folder, target)) for target in disks if target]

    def _choose_folder(self, paths):
        """The config's own folder, unless only the working directory has what the relative paths name."""
        own = os.path.dirname(os.path.abspath(self.path))
        relative = [name for name in paths if not os.path.isabs(name)]
        if relative and not any(os.path.exists(os.path.join(own, name)) for name in relative):
            if any(os.path.exists(name) for name in relative):
                return os.getcwd()
        return own

    def _read_options(self):
        for line in _OPTION.findall(self.text):
            for word in line.split():
                key, _, value = word.partition("=")
                if key == "timeout":
                    try:
                        self.timeout = float(value)
                    except ValueError:
                        raise LabError("%s: timeout=%s is no number" % (self.path, value)) from None
                elif key in ("stdin", "script", "peer"):
                    own = os.path.dirname(os.path.abspath(self.path))
                    path = os.path.normpath(os.path.join(own, value))
                    if not os.path.isfile(path):
                        raise LabError("%s: %s=%s: no such file" % (self.path, key, value))
                    if key == "peer":
                        self.peers.append(Config(path))
                    else:
                        setattr(self, key, path)

    @property
    def group(self):
        """This guest and those that run beside it."""
        return [self, *self.peers]


def _assignments(text):
    """Top-level `key = value` pairs; a value is a string, or a list of strings (nested lists are skipped)."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind != "comment":
            tokens.append((kind, match.group(kind)))
    values, at = {}, 0
    while at < len(tokens):
        if tokens[at][0] == "word" and at + 2 < len(tokens) and tokens[at + 1][1] in ("=", "+="):
            key = tokens[at][1]
            at += 2
            if tokens[at][1] == "[":
                items, depth = [], 0
                while at < len(tokens):
                    kind, token = tokens[at]
                    at += 1
                    depth += (token == "[" and kind == "sign") - (token == "]" and kind == "sign")
                    if kind == "string" and depth == 1:
                        items.append(_unquote(token))
                    if depth == 0:
                        break
                values[key] = items
                continue
            kind, token = tokens[at]
            values[key] = _unquote(token) if kind == "string" else token
        at += 1
    return values


def _unquote(token):
    return token[3:-3] if token.startswith('"""') else token[1:-1]


def _disk_target(spec):
    """The file in a disk specification, in the positional and in the key=value syntax; None when it is a device,
    or handled by a script of the user's own."""
    if "script=" in spec:
        return None
    named = re.search(r"(?:^|,)\s*target=(.*)$", spec)
    target = named.group(1) if named else spec.split(",")[0]
    target = re.sub(r"^(?:(?:file|phy|raw|tap2?|aio|qcow2?|vhd):)+", "", target.strip())
    return target if target and not target.startswith("/dev/") else None
