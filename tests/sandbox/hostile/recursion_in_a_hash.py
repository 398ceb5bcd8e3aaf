# limits: call_seconds=2.0 memory_mib=256
# expect: Died SIGSEGV
"""Overflows the stack of C by the hash of what is nested two million times."""


def main_solution():
    value = ()
    for _ in range(1_500_000):
        value = (value,)
    return hash(value)
