# limits: call_seconds=2.0 memory_mib=512
# expect: Raised Bad
"""Raises an exception that makes a text of 50 MB up when it is asked."""


class Text(str):
    def __getitem__(self, place):
        raise KeyboardInterrupt


class Bad(Exception):
    def __str__(self):
        return Text("x" * (50 << 20))


def main_solution():
    raise Bad
