# limits: call_seconds=2.0 memory_mib=512
# expect: Died SIGSEGV | OverMemory | TimedOut cpu
"""Asks an iterator for its next, that asks another, a million times."""

import itertools


def main_solution():
    iterator = iter([1])
    for _ in range(2_000_000):
        iterator = itertools.islice(iterator, 0, None)
    return next(iterator)
