"""Continued fractions and the best approximations that they hide."""


def continued_fraction(numerator: int, denominator: int) -> list[int]:
    """Expand a fraction into its continued fraction [a0; a1, a2, ...].

    All terms but the first are positive, whatever the signs were.

    :raises ValueError: if the denominator is zero
    """
    if denominator == 0:
        raise ValueError("division by zero")
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    terms = []
    while denominator:
        whole, rest = divmod(numerator, denominator)
        terms.append(whole)
        numerator, denominator = denominator, rest
    return terms


def convergents(terms: list[int]) -> list[list[int]]:
    """List the fractions [p, q] that the beginnings of a continued fraction stand for."""
    fractions = []
    p, previous_p = 1, 0
    q, previous_q = 0, 1
    for term in terms:
        p, previous_p = term * p + previous_p, p
        q, previous_q = term * q + previous_q, q
        fractions.append([p, q])
    return fractions


if __name__ == "__main__":
    terms = continued_fraction(314159265, 100000000)
    print(terms)
    for p, q in convergents(terms)[:5]:
        print(f"{p}/{q} = {p / q:.8f}")
