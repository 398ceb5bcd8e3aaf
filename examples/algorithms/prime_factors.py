# Prime factorisation by trial division, plus a few things that follow from it.


def prime_factors(number: int) -> list[list[int]]:
    """Factorise a number into [prime, exponent] pairs, smallest prime first.

    Zero, one and minus one have no prime factors; the sign of a negative number is dropped.
    """
    number = abs(number)
    if number < 2:
        return []
    factors = []
    divisor = 2
    while divisor * divisor <= number:
        exponent = 0
        while number % divisor == 0:
            number //= divisor
            exponent += 1
        if exponent:
            factors.append([divisor, exponent])
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        factors.append([number, 1])
    return factors


def count_divisors(number: int) -> int:
    """Count the positive divisors of a positive number."""
    count = 1
    for _, exponent in prime_factors(number):
        count *= exponent + 1
    return count


def totient(number: int) -> int:
    """Count the numbers from 1 to number that share no factor with it."""
    result = number
    for prime, _ in prime_factors(number):
        result -= result // prime
    return result


if __name__ == "__main__":
    for n in (12, 97, 360, 1001):
        print(n, prime_factors(n), count_divisors(n), totient(n))
