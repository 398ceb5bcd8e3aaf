# limits: call_seconds=2.0 memory_mib=512
# expect: OverOutput
"""Returns ten million zeros."""


def main_solution():
    return [0] * 10_000_000
