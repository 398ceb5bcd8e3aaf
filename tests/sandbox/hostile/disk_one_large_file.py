# expect: OverOutput
"""Writes one file for ever."""


def main_solution():
    with open("large", "wb") as file:
        while True:
            file.write(bytes(1 << 16))
