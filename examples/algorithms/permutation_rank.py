"""Where does a word stand in the sorted list of all rearrangements of its letters?"""
from collections import Counter
from math import factorial, prod


def word_rank(word: str) -> int:
    """Return the 1-based position of word among the sorted distinct arrangements of its letters.

    >>> word_rank("abc"), word_rank("cba"), word_rank("question")
    (1, 6, 24572)
    """
    remaining = Counter(word)
    rank = 1
    for letter in word:
        for smaller in sorted(remaining):
            if smaller >= letter:
                break
            # All words that have the smaller letter here come before ours.
            remaining[smaller] -= 1
            rank += arrangements(remaining)
            remaining[smaller] += 1
        remaining[letter] -= 1
        if remaining[letter] == 0:
            del remaining[letter]
    return rank


def arrangements(letters):
    """Count the distinct words that can be laid with a multiset of letters."""
    repeats = prod(factorial(count) for count in letters.values())
    return factorial(sum(letters.values())) // repeats
