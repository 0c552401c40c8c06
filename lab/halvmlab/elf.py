# SPDX-License-Identifier: BSD-3-Clause
"""Reads what the image needs from ELF files: the libraries and the interpreter they ask for."""
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB = 1, 5


def needed(path):
    """Names of the shared objects that a 64-bit ELF file asks for; [] for any other file."""
    with open(path, "rb") as source:
        blob = source.read()
    if blob[:5] != b"\x7fELF\x02":
        return []
    phoff, = struct.unpack_from("<Q", blob, 32)
    phentsize, phnum = struct.unpack_from("<HH", blob, 54)
    loads, dynamic, names = [], None, []
    for index in range(phnum):
        kind, _, offset, vaddr, _, filesz = struct.unpack_from("<IIQQQQ", blob, phoff + index * phentsize)
        if kind == PT_LOAD:
            loads.append((vaddr, offset, filesz))
        elif kind == PT_DYNAMIC:
            dynamic = (offset, filesz)
        elif kind == PT_INTERP:
            names.append(blob[offset:offset + filesz].rstrip(b"\0").decode())
    if dynamic is None:
        return names
    wanted, strtab = [], 0
    for at in range(dynamic[0], dynamic[0] + dynamic[1], 16):
        tag, value = struct.unpack_from("<QQ", blob, at)
        if tag == 0:
            break
        if tag == DT_NEEDED:
            wanted.append(value)
        elif tag == DT_STRTAB:
            strtab = value
    for vaddr, offset, filesz in loads:
        if vaddr <= strtab < vaddr + filesz:
            base = strtab - vaddr + offset
            names += [blob[base + w:blob.index(b"\0", base + w)].decode() for w in wanted]
            break
    return names
