# expect: Raised EOFError
"""Asks for a line of input."""


def main_solution():
    return input("your key, please: ")
