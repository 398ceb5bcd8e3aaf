# expect: OverMemory
"""Asks for a terabyte in one piece."""


def main_solution():
    return len("x" * (1 << 40))
