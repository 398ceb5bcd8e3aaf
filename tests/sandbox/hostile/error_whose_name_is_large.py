# limits: call_seconds=2.0 memory_mib=512
# expect: Raised | NotJson
"""Raises an exception whose type has a name of a million characters."""


def main_solution():
    raise type("\U0001f600" * 1_000_000, (Exception,), {})
