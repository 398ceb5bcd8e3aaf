# expect: NotJson a value of type Number | Returned 7 | Raised TypeError
"""Returns an int whose class has left int out of its line of ancestors meanwhile."""


class Meta(type):
    hidden = False

    def mro(cls):
        return [cls, object] if Meta.hidden else super().mro()


class Number(int, metaclass=Meta):
    pass


def main_solution():
    number = Number(7)
    Meta.hidden = True
    Number.__bases__ = (int,)
    return number
