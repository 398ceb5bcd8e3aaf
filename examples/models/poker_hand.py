"""Name a poker hand. Cards are numbers from 0 to 51: rank = card % 13, suit = card // 13."""
from collections import Counter

RANKS = "23456789TJQKA"


def name_hand(cards: list[int]) -> str:
    """Name the best poker combination that all the cards together make.

    Cards are numbers modulo 52, doubled cards count once; the rank is the remainder
    by 13 (0 is a two, 12 an ace), the suit is the number divided by 13. Straights and
    flushes need exactly five cards, and the ace is high.
    """
    hand = sorted({card % 52 for card in cards})
    if not hand:
        return "no cards"
    ranks = sorted(card % 13 for card in hand)
    shape = sorted(Counter(ranks).values(), reverse=True)
    five = len(hand) == 5
    flush = five and len({card // 13 for card in hand}) == 1
    straight = five and shape[0] == 1 and ranks[-1] - ranks[0] == 4
    if flush and straight:
        return "straight flush"
    if shape[0] == 4:
        return "four of a kind"
    if shape[:2] in ([3, 2], [3, 3]):
        return "full house"
    if flush:
        return "flush"
    if straight:
        return "straight"
    if shape[0] == 3:
        return "three of a kind"
    if shape[:2] == [2, 2]:
        return "two pairs"
    if shape[0] == 2:
        return "pair"
    return f"high card {RANKS[ranks[-1]]}"


if __name__ == "__main__":
    print(name_hand([0, 13, 26, 12, 25]))
    print(name_hand([8, 9, 10, 11, 12]))
