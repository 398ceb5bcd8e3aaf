# expect: Returned "true text"
"""Returns a subclass of str all of whose methods lie."""


class Text(str):
    def __str__(self):
        return "forged"

    __repr__ = __format__ = __str__

    def __len__(self):
        return -1

    def __iter__(self):
        raise SystemExit

    def isascii(self):
        raise KeyboardInterrupt

    encode = __eq__ = __hash__ = isascii


def main_solution():
    return Text("true text")
