"""The programs of a dozen attacks. Imports the standard library alone.

Each `attack` is told of targets that are made for it, and returns what it reached. None does harm
where it succeeds: there are levels at which some do.
"""

from dataclasses import dataclass

TRUTH = "truth"
FORGED_RESULT, TRACES = "forged result", "traces"


@dataclass(frozen=True, slots=True)
class Attack:
    """A program whose `attack` returns what it reached, and nothing where it was held."""

    name: str
    tries: str
    source: str


ATTACKS = (
    Attack(
        "host files",
        "read files of this machine",
        """
def attack(key, **_):
    for path in (key, "/etc/shadow", "/etc/machine-id", "/etc/hostname"):
        try:
            if open(path, "rb").read(): return "read " + path
        except OSError: pass
""",
    ),
    Attack(
        "environ",
        "read the environment of other processes",
        """
import os, glob
def attack(mark, **_):
    if mark in os.environ.values(): return "it is in the program's own"
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            if mark.encode() in open(path, "rb").read(): return "read " + path
        except OSError: pass
""",
    ),
    Attack(
        "loopback",
        "connect to a service of this machine",
        """
import socket
def attack(port, **_):
    with socket.create_connection(("127.0.0.1", port), 0.5): return "connected"
""",
    ),
    Attack(
        "abstract socket",
        "connect to an abstract unix socket",
        """
import socket
def attack(abstract, **_):
    with socket.socket(socket.AF_UNIX) as it:
        it.connect(chr(0) + abstract)
        return "connected"
""",
    ),
    Attack(
        "fork",
        "make another process",
        """
import os
def attack(**_):
    if os.fork() == 0: os._exit(0)
    return "forked"
""",
    ),
    Attack(
        "kill",
        "signal its parent and another process",
        """
import os
def attack(victim, **_):
    for pid, number in ((victim, 9), (os.getppid(), 0)):
        try:
            if pid > 0: os.kill(pid, number)
        except OSError: continue
        if pid > 0: return "signalled"
""",
    ),
    Attack(
        "write outside",
        "leave files elsewhere than in its own folder",
        """
def attack(outside, **_):
    for path in outside:
        try: open(path, "w").write("here")
        except OSError: pass
""",
    ),
    Attack(
        "user namespace",
        "become root in a user namespace",
        """
import ctypes
def attack(**_):
    if ctypes.CDLL(None).unshare(0x10000000) == 0: return "unshared"
""",
    ),
    Attack(
        "io_uring",
        "make system calls by a ring that no filter sees",
        """
import ctypes
def attack(**_):
    if ctypes.CDLL(None).syscall(425, 1, ctypes.create_string_buffer(120)) >= 0: return "a ring"
""",
    ),
    Attack(
        "memory",
        "take more memory than it may have",
        """
def attack(memory, **_):
    kept = []
    while len(kept) << 20 < memory: kept.append(bytearray(1 << 20))
    return "took it"
""",
    ),
    Attack(
        FORGED_RESULT,
        "write a result of its own to every descriptor",
        """
import os, struct
def attack(truth, **_):
    text = b'"forged"'
    forged = struct.pack("<II", 1, 1) + struct.pack("<IBxxxd", len(text), 1, 0.0) + text
    for number in range(1024):
        for write in (os.write, lambda fd, data: os.pwrite(fd, data, 0)):
            try: write(number, forged)
            except OSError: pass
    return truth
""",
    ),
    Attack(
        TRACES,
        "leave a file for the program that comes next",
        """
import os, tempfile
def attack(mark, **_):
    folders = (tempfile.gettempdir(), os.getcwd(), os.path.expanduser("~"), "/dev/shm")
    paths = [os.path.join(folder, mark) for folder in folders]
    found = [path for path in paths if os.path.exists(path)]
    for path in paths:
        try: open(path, "w").write("here")
        except OSError: pass
    return "found " + found[0] if found else None
""",
    ),
)
