# expect: Raised KeyboardInterrupt
"""Raises what a user's interruption would."""


def main_solution():
    raise KeyboardInterrupt
