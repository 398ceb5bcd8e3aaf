# expect: NotJson a key appears twice
"""Returns a dict with the same key twice: two texts that say that they differ."""


class Key(str):
    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


def main_solution():
    return {Key("a"): 1, Key("a"): 2}
