# limits: call_seconds=2.0 memory_mib=512
# expect: Raised ValueError
"""Raises an error whose text has 50 MB."""


def main_solution():
    raise ValueError("x" * (50 << 20))
