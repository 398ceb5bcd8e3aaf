"""Waits for a sum that never comes."""


def rounds_until_odd(start: int) -> int:
    """Count how often a number must be doubled until it is odd. (It never is.)"""
    number = 2 * start
    rounds = 0
    while number % 2 == 0:
        number *= 2
        number %= 2**61
        rounds += 1
    return rounds
