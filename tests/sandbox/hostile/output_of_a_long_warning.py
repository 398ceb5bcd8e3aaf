# limits: call_seconds=2.0 memory_mib=512
# expect: Returned 1
"""Warns with a text of 10 MB, five times."""

import warnings


def main_solution():
    warnings.simplefilter("always")
    for _ in range(5):
        warnings.warn("x" * (10 << 20), stacklevel=1)
    return 1
