# SPDX-License-Identifier: BSD-3-Clause
"""Writes initramfs archives ("newc" cpio), owned by root whoever runs this, the same bytes each time."""
import os
import stat


class Archive:
    """Appends entries to a binary stream; parents of a path are made as needed."""

    def __init__(self, out):
        self.out = out
        self.inode = 1
        self.names = set()

    def folder(self, name):
        name = name.strip("/")
        if not name or name in self.names:
            return
        self.folder(os.path.dirname(name))
        self._entry(name, stat.S_IFDIR | 0o755, b"")

    def link(self, name, target):
        self.folder(os.path.dirname(name.strip("/")))
        self._entry(name.strip("/"), stat.S_IFLNK | 0o777, target.encode())

    def data(self, name, content, mode=0o644):
        self.folder(os.path.dirname(name.strip("/")))
        self._entry(name.strip("/"), stat.S_IFREG | mode, content)

    def file(self, name, path, mode=None):
        with open(path, "rb") as source:
            content = source.read()
        if mode is None:
            mode = 0o755 if os.stat(path).st_mode & 0o100 else 0o644
        self.data(name, content, mode)

    def close(self):
        self._entry("TRAILER!!!", 0, b"")

    def _entry(self, name, mode, content):
        if name in self.names:
            return
        self.names.add(name)
        encoded = name.encode() + b"\0"
        field = [self.inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0]
        self.inode += 1
        head = b"070701" + b"".join(b"%08X" % value for value in field) + encoded
        self.out.write(head + b"\0" * (-len(head) % 4))
        self.out.write(content)
        self.out.write(b"\0" * (-len(content) % 4))
