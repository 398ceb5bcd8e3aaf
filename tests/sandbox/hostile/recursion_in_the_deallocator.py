# limits: call_seconds=2.0 memory_mib=256
# expect: Returned 1 | Died SIGSEGV
"""Lets go of what is nested three hundred thousand times, of several types in turn."""


def main_solution():
    value = None
    for number in range(300_000):
        value = (value,) if number % 2 else [value]
    del value
    return 1
