# expect: NotJson a value that contains itself
"""Returns a list that is its own member."""


def main_solution():
    value = {}
    value["self"] = [value]
    return value
