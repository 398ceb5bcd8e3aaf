"""The resource limits of a child. Imports the standard library alone.

None on CPU time: the zygote watches that, call by call. With such a limit set, the kernel lets the
process clock move in whole ticks, and a program that returns its running time looks deterministic.
"""

import resource

MEBIBYTE = 1 << 20
STACK_BYTES = 64 * MEBIBYTE
DESCRIPTORS = 64
PROCESSES = 64


def bind(*, address_bytes: int, file_bytes: int, processes: int | None) -> None:
    """Set hard limits; `processes` is None where the user has processes that are not ours."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    _limit(resource.RLIMIT_MSGQUEUE, 0)
    _limit(resource.RLIMIT_STACK, STACK_BYTES)
    if processes is not None:
        _limit(resource.RLIMIT_NPROC, processes)
    _limit(resource.RLIMIT_AS, address_bytes)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))
