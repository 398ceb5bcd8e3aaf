# expect: Raised Bad
"""Raises an exception that says of itself that it is another, and of its class too."""


class Meta(type):
    __name__ = property(lambda cls: 1 / 0)

    def __getattribute__(cls, name):
        raise SystemExit

    def __instancecheck__(cls, thing):
        raise SystemExit


class Bad(Exception, metaclass=Meta):
    __class__ = property(lambda self: MemoryError)


def main_solution():
    raise Bad
