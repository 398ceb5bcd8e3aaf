"""What a program can't reach, at every level that this machine grants."""

import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import pytest_asyncio

from codeiod_sandbox import (
    Call,
    Died,
    Limits,
    NotJson,
    Program,
    Raised,
    Returned,
    Sandbox,
    SandboxLevel,
)

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)
SECRET = "the-key-that-nobody-may-read"
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES]


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEIOD_TEST_KEY", SECRET)
        async with Sandbox(workers=1, limits=LIMITS, at_most=request.param) as sandbox:
            if sandbox.level < SandboxLevel.WEAK:
                pytest.skip(f"not to be had here: {sandbox.describe()}")
            yield sandbox


async def value_of(jail: Sandbox, source: str, **arguments: Any) -> Any:
    (outcome,) = await jail.run(Program(source), [Call("f", arguments)])
    assert isinstance(outcome, Returned), outcome
    return outcome.value


@pytest.mark.parametrize("front", ["Sandbox", "HelperSandbox"])
async def test_the_owner_of_a_weak_sandbox_is_closed(front: str) -> None:
    """Where programs are the daemon's own user and see /proc, it is not open to its own user."""
    source = f"""
import asyncio, ctypes
from codeiod_sandbox import SandboxLevel, {front}
async def main():
    for level in (SandboxLevel.NO_NAMESPACES, SandboxLevel.WEAK):
        async with {front}(workers=1, at_most=level) as sandbox:
            print(sandbox.layers.get("landlock") == "on", ctypes.CDLL(None).prctl(3))
asyncio.run(main())
"""
    done = await anyio.run_process([sys.executable, "-c", source])
    lines = done.stdout.decode().split("\n")
    assert lines[-2] == "False 0"
    assert lines[0] in ("True 1", "False 0")


async def test_the_environment_is_not_the_daemons(jail: Sandbox) -> None:
    """Neither the variables nor what is behind them in memory hold a secret."""
    assert SECRET in os.environ.values()
    source = "import os\ndef f(): return dict(os.environ)"
    assert SECRET not in str(await value_of(jail, source))


async def test_host_files_are_out_of_reach(jail: Sandbox, tmp_path: Path) -> None:
    """A file that the daemon can read, /proc, and the password file of the host."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    source = """
def f(paths):
    found = []
    for path in paths:
        try:
            found.append(open(path).read())
        except OSError:
            pass
    return found
"""
    paths = [str(secret), "/etc/shadow", "/proc/1/environ", "/proc/self/environ"]
    assert await value_of(jail, source, paths=paths) == []
    assert "root" not in str(await value_of(jail, source, paths=["/etc/passwd"])) or (
        jail.level < SandboxLevel.FULL
    )


async def test_nothing_can_be_written_but_the_private_tmp(jail: Sandbox, tmp_path: Path) -> None:
    """Not the interpreter's trees, not the root, not the daemon's folders."""
    source = """
import json, os
def f(folders):
    made = []
    for folder in folders:
        try:
            open(folder + "/made", "w").close()
            made.append(folder)
        except OSError:
            pass
    return made
"""
    os.chmod(tmp_path, 0o777)  # noqa: PTH101 # a folder of the test's own
    folders = ["/", "/etc", "/usr/lib", "/dev", str(tmp_path), str(Path(json.__file__).parent)]
    assert await value_of(jail, source, folders=folders) == []


async def test_tmp_is_empty_for_each_program(jail: Sandbox) -> None:
    """What one program leaves behind, the next does not find."""
    leave = """
import os, tempfile
def f():
    folder = tempfile.gettempdir()
    os.makedirs(folder + "/a/b")
    open(folder + "/a/b/c", "w").write("left")
    os.symlink("/etc", folder + "/link")
    return os.listdir(folder)
"""
    look = "import os, tempfile\ndef f(): return os.listdir(tempfile.gettempdir())"
    for _ in range(3):
        assert len(await value_of(jail, leave)) == 2
        assert await value_of(jail, look) == []


async def test_locks_and_shared_values(jail: Sandbox) -> None:
    """What multiprocessing keeps among the files of shared memory is private, and is wiped."""
    if jail.level < SandboxLevel.FULL:
        pytest.skip("the machine's own shared memory is out of reach")
    source = """
import multiprocessing, os
def f():
    found = os.listdir("/dev/shm")
    open("/dev/shm/left", "w").close()
    number = multiprocessing.Value("i", 2)
    with multiprocessing.Lock(), number.get_lock():
        number.value += 1
    multiprocessing.Event().set()
    return [number.value, found, os.listdir()]
"""
    for _ in range(2):
        assert await value_of(jail, source) == [3, [], ["left"]]


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_VSOCK", "AF_NETLINK"])
async def test_no_network_of_any_family(jail: Sandbox, family: str) -> None:
    """No socket is to be had, so a listener on the loopback device is not reached either."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        source = f"""
import socket
def f(port):
    with socket.socket(socket.{family}, socket.SOCK_STREAM) as s:
        s.connect(("127.0.0.1", port))
"""
        port = listener.getsockname()[1]
        (outcome,) = await jail.run(Program(source), [Call("f", {"port": port})])
    assert isinstance(outcome, Raised)
    assert outcome.type in ("PermissionError", "OSError")


@pytest.mark.parametrize(
    "attempt",
    [
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['true'])",
        "multiprocessing.Process(target=print).start()",
        "os.kill(-1, 9)",
        "os.kill(os.getppid() or 12345, 9)",
        "os.setuid(0)",
        "os.chroot('/')",
        "os.unshare(0x10000000) if hasattr(os, 'unshare') else libc(272, 0x10000000)",
        "os.memfd_create('x')",
        "os.sched_setaffinity(0, {0})",
        "os.setpriority(os.PRIO_PROCESS, 0, 19)",
        "os.mkfifo('/tmp/fifo') or os.mknod('/tmp/node', 0o60666, 0x801)",
    ],
)
async def test_what_only_an_attacker_needs_is_refused(jail: Sandbox, attempt: str) -> None:
    """Refused with an error or by the end of the process, never granted."""
    source = f"""
import ctypes, multiprocessing, os, subprocess
def libc(*words):
    if ctypes.CDLL(None, use_errno=True).syscall(*words) < 0:
        raise OSError(ctypes.get_errno(), "refused")
def f():
    {attempt}
    return "granted"
"""
    (outcome,) = await jail.run(Program(source), [Call("f", {})])
    assert isinstance(outcome, (Raised, Died)), outcome
    assert await value_of(jail, "def f(): return 1") == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (101, "16, 1"),
        (165, "0, 0, 0, 0, 0"),
        (250, "0, 0"),
        (298, "0, 0, 0, 0, 0"),
        (321, "0, 0, 0"),
        (323, "0"),
        (425, "1, 0"),
        (310, "1, 0, 0, 0, 0, 0"),
        (435, "0, 0"),
        (308, "0, 0"),
    ],
)
async def test_system_calls_of_attackers(jail: Sandbox, number: int, words: str) -> None:
    """ptrace, mount, keyctl, perf, bpf, userfaultfd, io_uring, ... by ctypes."""
    source = f"""
import ctypes
def f():
    return ctypes.CDLL(None, use_errno=True).syscall({number}, {words})
"""
    (outcome,) = await jail.run(Program(source), [Call("f", {})])
    assert outcome == Died("SIGSYS") or getattr(outcome, "value", 0) == -1


async def test_capabilities_are_gone(jail: Sandbox) -> None:
    """None permitted, none effective; and no way back to them."""
    source = """
import ctypes, struct
def f():
    header, data = struct.pack("Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    ctypes.CDLL(None).syscall(125, header, data)
    return [sum(data.raw), ctypes.CDLL(None).prctl(39, 0, 0, 0, 0)]
"""
    assert await value_of(jail, source) == [0, 1]


async def test_a_program_is_not_root(jail: Sandbox) -> None:
    """Whatever the daemon is, a program is an ordinary user."""
    source = "import os\ndef f(): return [os.getuid(), os.geteuid(), os.getgid()]"
    if jail.level >= SandboxLevel.FULL:
        assert await value_of(jail, source) == [1000, 1000, 1000]


async def test_forging_on_every_descriptor(jail: Sandbox) -> None:
    """There is no descriptor that a result could be written to: what is returned counts."""
    source = """
import os
def f():
    for number in range(3, 256):
        try:
            os.write(number, b'\\x00' * 64)
            return "written"
        except OSError:
            pass
    os.closerange(0, 256)
    return "closed"
"""
    assert await value_of(jail, source) == "closed"


async def test_patched_builtins_and_json(jail: Sandbox) -> None:
    """The result is read with methods that the program has no hold of."""
    source = """
import builtins, json, json.encoder, random, sys, struct, os
for name in ("len", "isinstance", "issubclass", "type", "str", "id", "dict", "list", "callable"):
    setattr(builtins, name, lambda *a, **k: 0)
json.dumps = json.loads = json.encoder.encode_basestring_ascii = lambda *a, **k: "forged"
random.seed = struct.pack = os._exit = lambda *a, **k: None
sys.settrace(lambda *a: None)
def f(): return {"a": [1, "x"]}
"""
    assert await value_of(jail, source) == {"a": [1, "x"]}


async def test_hostile_values_and_exceptions(jail: Sandbox) -> None:
    """Neither a value nor an exception that fights back confuses the record."""
    source = """
class Text(str):
    def __str__(self): raise SystemExit
class Bad(Exception):
    def __str__(self): raise KeyboardInterrupt
    @property
    def __traceback__(self): raise ValueError
class Meta(type):
    __name__ = property(lambda self: 1 / 0)
class Thing(metaclass=Meta): pass
class Error(Exception, metaclass=Meta): pass
def f(n):
    if n == 4: raise Error("\U0001f600" * 5000)
    if n == 0: return Text("plain")
    if n == 1: raise Bad
    if n == 2: return Thing()
    raise ValueError("x" * (50 << 20))
"""
    calls = [Call("f", {"n": n}) for n in range(5)]
    plain, bad, thing, long, error = await jail.run(Program(source), calls)
    assert isinstance(plain, Returned)
    assert plain.value == "plain"
    assert bad == Raised("Bad", "(its text could not be read: KeyboardInterrupt)", 15)
    assert thing == NotJson("a value of type Thing")
    assert isinstance(long, Raised)
    assert len(long.message) == 1000
    assert error == Raised("Error", "\U0001f600" * 1000, 13)


async def test_bombs(jail: Sandbox) -> None:
    """Threads, descriptors, files and memory run out in the jail, not in the machine."""
    source = """
import os, threading, time
def f(kind):
    kept = []
    while True:
        if kind == "threads":
            kept.append(threading.Thread(target=time.sleep, args=(60,), daemon=True))
            kept[-1].start()
        elif kind == "descriptors":
            kept.append(os.pipe())
        elif kind == "memory":
            kept.append(bytearray(1 << 20))
"""
    kinds = ["threads", "descriptors", "memory"]
    calls = [Call("f", {"kind": kind}) for kind in kinds]
    outcomes = await jail.run(Program(source), calls, alone=True)
    assert "Returned" not in {type(outcome).__name__ for outcome in outcomes}
    assert await value_of(jail, "def f(): return 1") == 1
