# expect: NotJson a value of type Liar
"""Returns an object that says of itself that it is an int."""


class Liar:
    __class__ = int

    def __int__(self):
        return 7

    __index__ = __int__


def main_solution():
    return Liar()
