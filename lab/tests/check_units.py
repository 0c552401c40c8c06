# SPDX-License-Identifier: BSD-3-Clause
"""Parts of the lab that need no machine."""
import os

from halvmlab import config, ending


def test_config_files(bench):
    """A config's files are found in every way that xl lets one write them."""
    for name in ("k", "r", "d1", "d2", "d3", "in"):
        bench.write(name, "x")
    path = bench.write("files.cfg", """
# kernel = "commented"
name = 'some # guest' ; type = "pv"
kernel = "k"
ramdisk = "%s"
disk = [ "d1,raw,xvda,w",
         'format=raw, vdev=xvdb, access=rw, target=d2', # trailing
         "phy:/dev/vg/lv,xvdc,w", "file:d3,xvdd,r", ]
vif = [ 'bridge=xenbr0', '' ]
#halvm: timeout=2.5 stdin=in
""" % bench.path("r"))
    found = config.Config(path)
    assert found.name == "some # guest" and found.named, found.name
    assert found.timeout == 2.5
    assert found.stdin == bench.path("in")
    assert found.files == [bench.path(name) for name in ("k", "r", "d1", "d2", "d3")], found.files
    assert found.disks == [bench.path(name) for name in ("d1", "d2", "d3")], found.disks
    assert found.folder == bench.folder


def test_config_missing_files(bench):
    """A file that is not on this machine is left to xl in dom0, and a config without a name gets one."""
    found = config.Config(bench.write("plain.cfg", 'kernel="absent"\n'))
    assert found.files == [] and found.name == "plain" and not found.named


def test_config_working_directory(bench):
    """Relative paths that only the working directory has are taken from there, as xl does."""
    os.makedirs(bench.path("elsewhere"), exist_ok=True)
    bench.write("elsewhere/only-here", "x")
    path = bench.write("wd.cfg", 'kernel="only-here"\n')
    before = os.getcwd()
    os.chdir(bench.path("elsewhere"))
    try:
        assert config.Config(path).files == [bench.path("elsewhere/only-here")]
    finally:
        os.chdir(before)


def test_exit_code(_):
    """Only a last line that is exactly the exit line counts."""
    assert ending.exit_code(b"a\nhalvm: exit 7\n") == 7
    assert ending.exit_code(b"a\r\nhalvm: exit 12\r\n\r\n") == 12
    assert ending.exit_code(b"halvm: exit 5\n(XEN) Hardware Dom0 halted\n") == 5
    assert ending.exit_code(b"halvm: exit 7\nmore\n") is None
    assert ending.exit_code(b"say halvm: exit 7\n") is None
    assert ending.exit_code(b"") is None


def test_log_of_one_domain(_):
    """Register dumps go to the domain that the line before them names."""
    text = ("(XEN) d1v0 Triple fault - invoking HVM shutdown action 1\n(XEN) RIP: 1\n"
            "(XEN) d2v0 something else\n(XEN) RIP: 2\n"
            "(XEN) [2024-01-01 00:00:00] Domain 1 (vcpu#0) crashed on cpu#0:\n(XEN) RAX: 3\n"
            "(XEN) HVM d12v0 save: CPU\n(XEN) RAX: 4\n")
    kept = ending.domain_log(text, [1])
    assert [line[-1] for line in kept.splitlines()] == ["1", "1", ":", "3"], kept
    assert "RIP: 2" in ending.domain_log(text, [2])


def test_records_split_anywhere(_):
    """Records come out the same however the stream is cut."""
    stream = b"created 2\n7\n\nlive 3\na\nb\nrunner complains\nend 4\nhow \n"
    for cut in range(len(stream) + 1):
        records = ending.Records()
        records.feed(stream[:cut])
        records.feed(stream[cut:])
        assert records.finished
        assert records.items == {"created": b"7\n", "console": b"a\nb", "stray": b"runner complains\n", "end": b"how "}
