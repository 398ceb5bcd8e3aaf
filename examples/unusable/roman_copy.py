"""Roman numerals, there and back."""

NUMERALS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"),
    (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]


def to_roman(number: int) -> str:
    """Write a number from 1 to 3999 as a Roman numeral; zero is written "nulla"."""
    if number == 0:
        return "nulla"
    if not 1 <= number <= 3999:
        raise ValueError(f"{number} has no Roman numeral")
    numeral = ""
    for value, letters in NUMERALS:
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral


def from_roman(numeral: str) -> int:
    """Read a Roman numeral, refusing forms that the Romans' schoolbooks don't allow."""
    rest, total = numeral.upper(), 0
    for value, letters in NUMERALS:
        while rest.startswith(letters):
            total += value
            rest = rest[len(letters):]
    if rest or total == 0 or to_roman(total) != numeral.upper():
        raise ValueError(f"{numeral!r} is not a Roman numeral")
    return total


if __name__ == "__main__":
    for year in (476, 1453, 1969, 2024):
        print(year, to_roman(year), from_roman(to_roman(year)))
