# limits: call_seconds=2.0 memory_mib=512
# expect: Died SIGSEGV | OverMemory | TimedOut cpu | TimedOut wall
"""Asks an iterator for its next, that asks another, one and a half million times."""


def main_solution():
    iterator = iter([1])
    for _ in range(1_500_000):
        iterator = filter(None, iterator)
    return next(iterator)
