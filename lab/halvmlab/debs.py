# SPDX-License-Identifier: BSD-3-Clause
"""Fetches Debian packages by name and unpacks them into the cache; installs nothing."""
import os
import re
import shutil
import subprocess

from . import LabError, process

# What dom0 runs directly. The hypervisor, its tools and the kernel are versioned by name, so
# they are found through the packages that depend on the current ones.
PROGRAMS = ["bash", "bridge-utils", "busybox-static", "iproute2", "mount", "util-linux",
            "xen-utils-common", "xenstore-utils"]
VERSIONED = {"xen-system-amd64": r"xen-(hypervisor|utils)-\d[\d.]*(-amd64)?$",
             "linux-image-amd64": r"linux-image-\d\S*-amd64$"}
# Programs need Python, perl or debconf only in maintainer scripts or in tools that dom0 lacks.
LIBRARY = re.compile(r"^(lib|zlib1g)(?!python|perl|debconf|newt|textwrap|cap-ng|semanage|pam)")


def _apt(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=dict(os.environ, LC_ALL="C"))
    if done.returncode:
        raise LabError("%s failed:\n%s" % (" ".join(words), done.stderr.strip()))
    return done.stdout


def _depends(names):
    """The packages that `names` depend on, first choice of each alternative."""
    found, after_choice = [], False
    for line in _apt("apt-cache", "depends", "--important", *names).splitlines():
        match = re.match(r"^ (.)(?:Pre)?Depends: (\S+)", line)
        if match:
            if not after_choice and not match.group(2).startswith("<"):
                found.append(match.group(2))
            after_choice = match.group(1) == "|"
    return found


def resolve():
    """Every package that the dom0 image is made of, as sorted `name=version` words."""
    try:
        _depends(["xen-system-amd64"])
    except LabError:
        if os.geteuid() != 0:
            raise LabError("apt knows no package xen-system-amd64: run apt-get update as root first")
        _apt("apt-get", "update")
    chosen = set(PROGRAMS)
    for meta, pattern in VERSIONED.items():
        names = [name for name in _depends([meta]) if re.match(pattern, name)]
        if not names:
            raise LabError("%s depends on nothing like %s" % (meta, pattern))
        chosen.update(names)
    fresh = [name for name in chosen if not name.startswith("linux-image")]
    while fresh:
        fresh = [name for name in set(_depends(sorted(fresh))) if LIBRARY.match(name)
                 and name not in chosen]
        chosen.update(fresh)
    versions = {}
    package = None
    for line in _apt("apt-cache", "policy", *sorted(chosen)).splitlines():
        if line and not line.startswith(" "):
            package = line.rstrip(":")
        elif line.startswith("  Candidate: "):
            versions[package] = line.split()[1]
    missing = [name for name in chosen if versions.get(name, "(none)") == "(none)"]
    if missing:
        raise LabError("apt has no candidate for %s" % " ".join(sorted(missing)))
    return ["%s=%s" % (name, versions[name]) for name in sorted(chosen)]


def fetch(wanted, folder, say):
    """Download what is not there yet; returns the .deb paths in the order of `wanted`."""
    os.makedirs(folder, exist_ok=True)

    def path_of(word):
        name, version = word.split("=", 1)
        stem = "%s_%s_" % (name, version.replace(":", "%3a"))
        for entry in os.listdir(folder):
            if entry.startswith(stem) and entry.endswith(".deb"):
                return os.path.join(folder, entry)
        return None

    absent = [word for word in wanted if path_of(word) is None]
    if absent:
        say("fetching %d packages" % len(absent))
        # apt writes in place; a half-written archive must never carry its final name.
        partial = os.path.join(folder, "partial.%d" % os.getpid())
        os.makedirs(partial, exist_ok=True)
        try:
            done = subprocess.run(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=", *absent],
                                  cwd=partial, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  preexec_fn=process.dies_with_parent())
            if done.returncode:
                raise LabError("apt-get download failed:\n" + done.stdout.strip()[-2000:])
            for entry in os.listdir(partial):
                os.rename(os.path.join(partial, entry), os.path.join(folder, entry))
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    paths = [path_of(word) for word in wanted]
    if None in paths:
        raise LabError("apt-get download left out " + wanted[paths.index(None)])
    return paths


def unpack(paths, folder):
    os.makedirs(folder)
    for path in paths:
        done = subprocess.run(["dpkg", "-x", path, folder], stderr=subprocess.PIPE, text=True,
                              preexec_fn=process.dies_with_parent())
        if done.returncode:
            raise LabError("dpkg -x %s: %s" % (path, done.stderr.strip()))
