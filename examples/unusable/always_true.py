"""A check that nobody can fail."""


def is_consistent(first: int, second: int) -> bool:
    """Tell whether addition gives the same sum in both orders."""
    forwards = first + second
    backwards = second + first
    if forwards == backwards:
        return True
    return False
