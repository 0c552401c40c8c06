# SPDX-License-Identifier: BSD-3-Clause
"""The table of function names that a kernel carries for its own backtraces.

Section .ksyms, little endian: u32 count; u32 address[count], ascending; u32 name[count], offsets into the strings that follow;
NUL-terminated strings. An entry with an empty name says that what follows it up to the next entry has no name here.
"""
import bisect
import re
import struct

from layout import Failure

SHT_SYMTAB = 2
SHF_EXECINSTR = 4
STT_NOTYPE, STT_OBJECT, STT_FUNC = 0, 1, 2
STB_LOCAL, STB_GLOBAL = 0, 1

# Code that GHC generated, told from C by the suffix of its symbol; closures and tables are not code.
HASKELL = re.compile(r"_(info|entry|ret|slow|fast|closure|con_entry|srt|bytes|str)$|^stg_\w*zh$|^stg_(ap|gc|sel|unpack)_")
PADDING = 32  # bytes between functions that are not worth an entry


def read_symbols(path):
    """(address, size, type, binding, name) of the symbols in executable sections of an ELF file for x86, 32 or 64 bits."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] != b"\x7fELF" or data[5:6] != b"\x01":
        raise Failure(f"{path}: not a little-endian ELF file")
    wide = data[4] == 2
    shoff, = struct.unpack_from("<Q" if wide else "<I", data, 40 if wide else 32)
    shentsize, shnum = struct.unpack_from("<HH", data, 58 if wide else 46)
    sections = []
    for i in range(shnum):
        at = shoff + i * shentsize
        if wide:
            _, kind, flags, _, offset, size, link = struct.unpack_from("<IIQQQQI", data, at)
        else:
            _, kind, flags, _, offset, size, link = struct.unpack_from("<7I", data, at)
        sections.append((kind, flags, offset, size, link))
    symbols = []
    for kind, _, offset, size, link in sections:
        if kind != SHT_SYMTAB:
            continue
        strings = sections[link][2]
        entry = struct.Struct("<IBBHQQ" if wide else "<IIIBBH")
        for fields in entry.iter_unpack(data[offset:offset + size - size % entry.size]):
            if wide:
                name, info, _, index, value, length = fields
            else:
                name, value, length, info, _, index = fields
            if not 0 < index < len(sections) or not sections[index][1] & SHF_EXECINSTR or not name:
                continue
            start = strings + name
            text = data[start:data.index(b"\0", start)].decode("ascii", "replace")
            symbols.append((value, length, info & 15, info >> 4, text))
    return symbols


def choose(symbols, which):
    """The (address, name) entries of the table: which is "all", "c" or "none"."""
    if which == "none":
        return []
    if which == "c":
        kept = [s for s in symbols if s[2] == STT_FUNC and not HASKELL.search(s[4])]
    else:
        kept = [s for s in symbols if s[2] in (STT_FUNC, STT_NOTYPE, STT_OBJECT) and not s[4].startswith(".L")]
    # One name an address: a global one before a local one, then the shortest, so that the choice is the same each time.
    kept.sort(key=lambda s: (s[0], s[3] == STB_LOCAL, len(s[4]), s[4]))
    starts = sorted({s[0] for s in symbols})
    entries = []
    end = None
    for address, size, _, _, name in kept:
        if entries and entries[-1][0] == address:
            continue
        if which == "c":
            if end is not None and address > end + PADDING:
                entries.append((end, ""))
            if not size:  # hand-written: it reaches to the next symbol
                after = bisect.bisect_right(starts, address)
                size = starts[after] - address if after < len(starts) else PADDING
            end = max(end or 0, address + size)
        entries.append((address, name))
    if entries and which == "c":
        entries.append((end, ""))
    return entries


def assemble(entries):
    """The table as assembler source."""
    offsets = {}
    strings = []
    position = 0
    for _, name in entries:
        if name not in offsets:
            offsets[name] = position
            strings.append(name)
            position += len(name) + 1
    lines = ['.section .ksyms, "a", @progbits', ".balign 4", ".globl ksyms_start", "ksyms_start:", f".long {len(entries)}"]
    lines += [f".long {address:#x}" for address, _ in entries]
    lines += [f".long {offsets[name]}" for _, name in entries]
    lines += [f'.asciz "{name}"' for name in strings]
    lines += [".globl ksyms_end", "ksyms_end:", '.section .note.GNU-stack, "", @progbits']
    return "\n".join(lines) + "\n"
