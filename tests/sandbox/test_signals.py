"""No program ends itself as others would end it, and none sends signals to others."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from codeiod_sandbox import Call, Limits, Program, Raised, Returned, Sandbox, SandboxLevel

# Tests share their zygotes, as programs do: one loop for all.
pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)
LEVELS = [SandboxLevel.FULL, SandboxLevel.NO_NAMESPACES, SandboxLevel.WEAK]


@pytest_asyncio.fixture(
    params=LEVELS, ids=[level.name for level in LEVELS], scope="module", loop_scope="module"
)
async def jail(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=LIMITS, at_most=request.param) as sandbox:
        if sandbox.level < SandboxLevel.WEAK:
            pytest.skip(f"not to be had here: {sandbox.describe()}")
        yield sandbox


@pytest.mark.parametrize(
    "attempt",
    [
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)",
        "resource.setrlimit(resource.RLIMIT_CPU, (0, 0))",
        "resource.prlimit(0, resource.RLIMIT_CPU, (0, 0))",
        "libc(160, 0, limit)",
        "libc(302, 0, 0, 0x1_0000_0000, 0)",
        "libc(222, 0, sigevent, timer)",
        "fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid() or 12345)",
        "fcntl.fcntl(os.pipe()[0], fcntl.F_SETSIG, signal.SIGKILL)",
        "libc(15 + 57, 0, 15, limit)",
        "libc(129, os.getpid(), signal.SIGKILL, limit)",
        "libc(200, os.getpid(), signal.SIGKILL)",
    ],
)
async def test_no_program_stops_or_kills_itself(jail: Sandbox, attempt: str) -> None:
    """So that a process that was killed was killed by somebody else, and may try again."""
    source = f"""
import ctypes, fcntl, os, resource, signal, struct, threading
limit = timer = ctypes.create_string_buffer(64)
sigevent = ctypes.create_string_buffer(struct.pack("QiI48x", 0, signal.SIGKILL, 0))
def libc(number, *words):
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    if ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *words) < 0:
        raise OSError(ctypes.get_errno(), "refused")
def f():
    resource.getrlimit(resource.RLIMIT_CPU)
    {attempt}
    return "granted"
"""
    (outcome,) = await jail.run(Program(source), [Call("f", {})])
    assert isinstance(outcome, Raised), outcome
    assert outcome.type in ("PermissionError", "ValueError"), outcome


async def test_no_signal_to_others(jail: Sandbox) -> None:
    """The filter pins signals to the process itself, with Landlock and without."""
    source = """
import fcntl, os, signal, ctypes
def f():
    zygote, refused = os.getppid() or 12345, 0
    attempts = [
        lambda: os.kill(zygote, 0),
        lambda: os.kill(-1, 0),
        lambda: signal.pidfd_send_signal(os.pidfd_open(zygote), 0),
        lambda: fcntl.fcntl(0, fcntl.F_SETOWN, zygote),
        lambda: ctypes.CDLL(None, use_errno=True).syscall(234, zygote, zygote, 0) or 1 / 0,
    ]
    for attempt in attempts:
        try:
            assert attempt() == -1
        except PermissionError:
            pass
        refused += 1
    return refused
"""
    (outcome,) = await jail.run(Program(source), [Call("f", {})])
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == 5
