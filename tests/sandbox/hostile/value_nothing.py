# expect: Returned null
"""Returns nothing."""


def main_solution():
    pass
