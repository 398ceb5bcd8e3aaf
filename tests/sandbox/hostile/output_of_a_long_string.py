# limits: call_seconds=2.0 memory_mib=512
# expect: OverOutput
"""Returns a string of 50 MB."""


def main_solution():
    return "x" * (50 << 20)
