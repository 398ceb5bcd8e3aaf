# expect: OverOutput
"""Makes a file of a terabyte with nothing in it."""


def main_solution():
    with open("sparse", "wb") as file:
        file.truncate(1 << 40)
