# expect: OverMemory
"""Appends to a list for ever."""


def main_solution():
    kept = []
    while True:
        kept.append(bytes(1 << 16))
