"""Spell numbers the way one reads them aloud (British: with an "and")."""

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


def spell(number: int) -> str:
    """Write a whole number below one trillion in English words.

    >>> spell(1042)
    'one thousand and forty-two'
    """
    if abs(number) >= 10**12:
        raise ValueError("only numbers below one trillion can be spelled")
    if number < 0:
        return "minus " + spell(-number)
    if number < 1000:
        return below_thousand(number)
    for scale, name in SCALES:
        if number >= scale:
            head, rest = divmod(number, scale)
            words = f"{below_thousand(head)} {name}"
            if not rest:
                return words
            return words + (" and " if rest < 100 else " ") + spell(rest)


def below_thousand(number):
    if number < 20:
        return SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{SMALL[ones]}" if ones else "")
    hundreds, rest = divmod(number, 100)
    words = f"{SMALL[hundreds]} hundred"
    return words + (f" and {below_thousand(rest)}" if rest else "")


if __name__ == "__main__":
    for n in (0, 13, 42, 110, 999, 1001, 123456, -7_000_020):
        print(f"{n:>10,}  {spell(n)}")
