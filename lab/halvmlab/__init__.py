# SPDX-License-Identifier: BSD-3-Clause
"""The lab: Xen, a Linux dom0 and xl inside QEMU."""


class LabError(Exception):
    """The lab itself failed; the text says why and is meant for the user."""
