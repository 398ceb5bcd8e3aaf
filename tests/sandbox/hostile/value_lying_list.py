# expect: Returned [1, 2]
"""Returns a subclass of list with other members each time one looks."""


class Members(list):
    def __iter__(self):
        yield from ["forged"] * 10**9

    def __len__(self):
        return 10**9

    def __getitem__(self, place):
        return "forged"


def main_solution():
    return Members([1, 2])
