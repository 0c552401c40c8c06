# SPDX-License-Identifier: BSD-3-Clause
"""An xl configuration (xl.cfg(5)) for a linked kernel."""
import os

import layout

TEMPLATE = '''\
# {program}: start it with `xl create -c {config}` from this folder; xl takes paths relative to where it runs.
name = "{name}"
type = "{type}"
kernel = "{kernel}"
{ramdisk}memory = {memory} # MiB
{paging}vcpus = 1
# The program's arguments, and RTS options between +RTS and -RTS.
extra = "{extra}"
on_poweroff = "destroy"
on_reboot = "destroy"
# A program that ends with a status other than 0, or is killed by a trap, is a crash to Xen.
on_crash = "destroy"
'''


# xl's own figure for the page tables that Xen keeps of a PVH guest is too low for guests under 20 MiB: it fails to create them.
PAGING = "shadow_memory = 1 # MiB, for Xen's own page tables of the guest\n"
SMALL = 64


def quote(text):
    """A string as it stands between the quotes of a configuration."""
    if not text.isprintable():
        raise layout.Failure(f"xl's configuration cannot express this text: {text!r}")
    return text.replace("\\", "\\\\").replace('"', '\\"')


def beside(path, folder):
    """A path as seen from the folder of the configuration: relative where that is a plain name below it."""
    relative = os.path.relpath(path, folder or ".")
    return os.path.abspath(path) if relative.startswith("..") else relative


def write(config, kernel, target, memory, ramdisk, extra):
    """Write the file config for a kernel file."""
    folder = os.path.dirname(config)
    name = os.path.basename(kernel)
    ramdisk_line = f'ramdisk = "{quote(beside(ramdisk, folder))}"\n' if ramdisk else ""
    small = memory < SMALL and layout.guest_type_of(target) == "pvh"
    text = TEMPLATE.format(
        program=name, config=os.path.basename(config), name=quote(name), type=layout.guest_type_of(target),
        kernel=quote(beside(kernel, folder)),
        ramdisk=ramdisk_line, paging=PAGING if small else "", memory=memory, extra=quote(extra))
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)
