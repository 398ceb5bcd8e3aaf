# expect: OverMemory
"""Shifts a one so far to the left that the number has a gigabyte."""


def main_solution():
    return (1 << (1 << 33)) % 7
