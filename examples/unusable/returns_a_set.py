"""Results that JSON has no word for."""


def common_letters(left: str, right: str) -> set:
    """Return the letters that two words share, and a blank."""
    return set(left) & set(right) | {" "}


class Interval:
    def __init__(self, low, high):
        self.low = low
        self.high = high


def span(values: list[int]) -> Interval:
    """Return the interval from the smallest to the largest value, zero included."""
    return Interval(min(values + [0]), max(values + [0]))
