# expect: NotJson a value of type Thing
"""Returns an object whose class fights back when asked what it is."""


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit

    def __instancecheck__(cls, thing):
        return True

    def __subclasscheck__(cls, kind):
        return True

    def __getattribute__(cls, name):
        raise KeyboardInterrupt


class Thing(metaclass=Meta):
    pass


def main_solution():
    return Thing()
