"""Answers that nobody would want to read to the end."""


def times_table(number: int) -> list:
    """Return the first five hundred multiples of a number."""
    return [number * factor for factor in range(1, 501)]
