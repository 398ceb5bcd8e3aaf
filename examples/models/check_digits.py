"""Check digits: Luhn (payment cards), EAN-13 and ISBN-10."""


def luhn_check_digit(number: int) -> int:
    """Return the digit to append to a number so that the Luhn test accepts it.

    From the right, every second digit is doubled, starting with the last; doubles
    above 9 lose 9. The check digit fills the sum up to a multiple of ten. The sign
    of the number is ignored.
    """
    total = 0
    for position, char in enumerate(reversed(str(abs(number)))):
        digit = int(char)
        if position % 2 == 0:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
    return -total % 10


def is_luhn_valid(number: int) -> bool:
    """Tell whether the last digit of a number is the Luhn check digit of the others."""
    body, check = divmod(abs(number), 10)
    return luhn_check_digit(body) == check


def ean_check_digit(digits):
    """Check digit of the 12 digits of an EAN-13, given as a string."""
    if len(digits) != 12 or not digits.isdigit():
        raise ValueError("an EAN-13 has 12 digits before its check digit")
    weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return -weighted % 10


def isbn10_check_character(digits):
    if len(digits) != 9 or not digits.isdigit():
        raise ValueError("an ISBN-10 has 9 digits before its check character")
    remainder = -sum(int(d) * (10 - i) for i, d in enumerate(digits)) % 11
    return "X" if remainder == 10 else str(remainder)


if __name__ == "__main__":
    print("Luhn ", luhn_check_digit(7992739871))
    print("EAN  ", ean_check_digit("400638133393"))
    print("ISBN ", isbn10_check_character("030640615"))
