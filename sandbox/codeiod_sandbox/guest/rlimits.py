"""The resource limits of a child. Imports the standard library alone.

None on CPU time: the zygote watches that, call by call. With such a limit set, the kernel lets the
process clock move in whole ticks, and a program that returns its running time looks deterministic.
"""

import resource
from collections.abc import Iterator

MEBIBYTE = 1 << 20
STACK_BYTES = 64 * MEBIBYTE
DESCRIPTORS = 64
PROCESSES = 64

_OF_THE_ZYGOTE = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NOFILE: DESCRIPTORS,
    resource.RLIMIT_MEMLOCK: 0,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_STACK: STACK_BYTES,
}


def bind_zygote() -> None:
    """Set the hard limits that a zygote can live with itself: its children inherit them."""
    for kind, value in _OF_THE_ZYGOTE.items():
        allowed = _allowed(kind, value)
        resource.setrlimit(kind, (allowed, allowed))


def of_a_child(
    *, address_bytes: int, file_bytes: int, processes: int | None
) -> Iterator[tuple[int, int]]:
    """Return kinds and values of the others.

    :param processes: None where the user has processes that are not ours.
    """
    yield resource.RLIMIT_FSIZE, _allowed(resource.RLIMIT_FSIZE, file_bytes)
    if processes is not None:
        yield resource.RLIMIT_NPROC, _allowed(resource.RLIMIT_NPROC, processes)
    yield resource.RLIMIT_AS, _allowed(resource.RLIMIT_AS, address_bytes)


def bound_processes_of_all() -> None:
    """Where the user has processes that are not ours: leave it room for some more than there are.

    All that run on this machine are counted: a program must not fail as its user has many.
    """
    with open("/proc/loadavg", "rb", buffering=0) as file:  # noqa: PTH123 # in each child
        now = int(file.read(100).split()[3].split(b"/")[1])
    most = _allowed(resource.RLIMIT_NPROC, now + 2 * PROCESSES)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _allowed(kind: int, value: int) -> int:
    _, hard = resource.getrlimit(kind)
    return value if hard == resource.RLIM_INFINITY else min(value, hard)
