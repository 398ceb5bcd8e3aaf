# expect: OverMemory
"""Reads a device that has no end into one string."""


def main_solution():
    with open("/dev/zero", "rb") as file:
        return len(file.read())
