"""A doll in a doll in a doll..."""


def nest(size: int) -> list:
    """Put a doll of some size into twelve larger ones, each of them a list."""
    doll = [size]
    for larger in range(12):
        doll = [doll, size + larger + 1]
    return doll
