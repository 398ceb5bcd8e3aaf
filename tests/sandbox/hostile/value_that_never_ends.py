# expect: NotJson a value of type generator
"""Returns a generator without end."""


def main_solution():
    return (number for number in iter(int, 1))
