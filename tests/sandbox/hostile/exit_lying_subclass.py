# expect: Raised Quiet
"""Raises a subclass of SystemExit whose code can't be read."""


class Quiet(SystemExit):
    @property
    def code(self):
        raise KeyboardInterrupt


def main_solution():
    raise Quiet
