"""The resource limits of a child. Imports the standard library alone.

None on CPU time: the zygote watches that, call by call. With such a limit set, the kernel lets the
process clock move in whole ticks, and a program that returns its running time looks deterministic.
"""

import resource

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
_OF_A_CHILD = (resource.RLIMIT_FSIZE, resource.RLIMIT_AS, resource.RLIMIT_NPROC)
_hard = {kind: resource.getrlimit(kind)[1] for kind in (*_OF_THE_ZYGOTE, *_OF_A_CHILD)}


def bind_zygote() -> None:
    """Set the hard limits that a zygote can live with itself: its children inherit them."""
    for kind, value in _OF_THE_ZYGOTE.items():
        _limit(kind, value)


def bind_child(*, address_bytes: int, file_bytes: int, processes: int | None) -> None:
    """Set the others; `processes` is None where the user has processes that are not ours."""
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    if processes is not None:
        _limit(resource.RLIMIT_NPROC, processes)
    _limit(resource.RLIMIT_AS, address_bytes)


def _limit(kind: int, value: int) -> None:
    hard = _hard[kind]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
