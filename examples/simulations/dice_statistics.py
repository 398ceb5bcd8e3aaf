"""What can be said about a handful of dice rolls."""

from collections import Counter
from fractions import Fraction


def describe_rolls(rolls: list[int], sides: int = 6) -> dict:
    """Describe the rolls of a die with the given number of sides.

    Numbers that the die can't show (below 1 or above its sides) fell off the table:
    they are only counted. "median" is the lower middle, "luck" the sum of the rolls
    minus what a fair die would give on average.
    """
    if sides < 2:
        raise ValueError("a die has at least two sides")
    valid = sorted(roll for roll in rolls if 1 <= roll <= sides)
    lost = len(rolls) - len(valid)
    if not valid:
        return {"count": 0, "lost": lost}
    expected = Fraction(sides + 1, 2) * len(valid)
    return {
        "count": len(valid),
        "lost": lost,
        "median": valid[(len(valid) - 1) // 2],
        "most_common": most_common(valid),
        "luck": float(sum(valid) - expected),
    }


def most_common(rolls):
    """The most frequent roll; the higher one in a tie."""
    counts = Counter(rolls)
    return max(counts, key=lambda roll: (counts[roll], roll))


def distribution(dice, sides):
    """Map every possible sum of some dice to its exact probability."""
    chances = {0: Fraction(1)}
    for _ in range(dice):
        following = {}
        for total, chance in chances.items():
            for face in range(1, sides + 1):
                following[total + face] = following.get(total + face, 0) + chance / sides
        chances = following
    return chances


if __name__ == "__main__":
    for total, chance in distribution(2, 6).items():
        print(f"{total:2}  {str(chance):>5}  {'#' * int(chance * 72)}")
