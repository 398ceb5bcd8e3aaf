# expect: Returned {"a": 1}
"""Returns a subclass of dict whose views lie."""


class Members(dict):
    def items(self):
        return [("forged", self)] * 10**9

    keys = values = __iter__ = items

    def __getitem__(self, key):
        raise SystemExit

    def __len__(self):
        return -1


def main_solution():
    return Members(a=1)
