# limits: call_seconds=0.1 memory_mib=512
# expect: TimedOut cpu | TimedOut wall
"""Computes a power of millions of digits, in C and with the interpreter's lock."""


def main_solution():
    return 7 ** (10**8) % 10
