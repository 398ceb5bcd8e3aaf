"""Two-by-two matrices over the numbers modulo a prime."""
from __future__ import annotations

from dataclasses import dataclass

MODULUS = 1009


def matrix_power(a: int, b: int, c: int, d: int, exponent: int) -> list[list[int]]:
    """Raise the matrix [[a, b], [c, d]] to a power, with all numbers taken modulo 1009.

    Negative exponents need an inverse, which a matrix with determinant 0 doesn't have.

    :raises ValueError: for a negative exponent of a singular matrix
    """
    base = Matrix(a, b, c, d)
    if exponent < 0:
        base = base.inverse()
    result = IDENTITY
    remaining = abs(exponent)
    while remaining:
        if remaining & 1:
            result = result @ base
        base = base @ base
        remaining >>= 1
    return result.rows()


@dataclass(frozen=True)
class Matrix:
    a: int
    b: int
    c: int
    d: int

    def __matmul__(self, other: Matrix) -> Matrix:
        return Matrix(
            (self.a * other.a + self.b * other.c) % MODULUS,
            (self.a * other.b + self.b * other.d) % MODULUS,
            (self.c * other.a + self.d * other.c) % MODULUS,
            (self.c * other.b + self.d * other.d) % MODULUS,
        )

    def determinant(self) -> int:
        return (self.a * self.d - self.b * self.c) % MODULUS

    def inverse(self) -> Matrix:
        if self.determinant() == 0:
            raise ValueError("a singular matrix has no inverse")
        scale = pow(self.determinant(), -1, MODULUS)
        return Matrix(self.d * scale, -self.b * scale, -self.c * scale, self.a * scale)

    def rows(self) -> list[list[int]]:
        return [[self.a % MODULUS, self.b % MODULUS], [self.c % MODULUS, self.d % MODULUS]]


IDENTITY = Matrix(1, 0, 0, 1)


if __name__ == "__main__":
    print("Fibonacci numbers:", [matrix_power(1, 1, 1, 0, n)[0][1] for n in range(15)])
