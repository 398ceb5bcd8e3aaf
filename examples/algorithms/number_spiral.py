"""Numbers written in a square spiral around the origin, as on Ulam's napkin.

    4 3 2
    5 0 1 ...
    6 7 8 9
"""
from math import isqrt


def spiral_position(n: int) -> list[int]:
    """Return the [x, y] coordinates of number n in a square spiral.

    Zero is at the origin, one is to its right, two is above that, and so on
    counter-clockwise. Negative numbers walk the mirror image (x is negated).
    """
    if n < 0:
        x, y = spiral_position(-n)
        return [-x, y]
    if n == 0:
        return [0, 0]
    ring = (isqrt(n) + 1) // 2
    side = 2 * ring
    # The ring starts just above its lower right corner.
    offset = n - (side - 1) ** 2
    edge, along = divmod(offset, side)
    if edge == 0:
        return [ring, along - ring + 1]
    if edge == 1:
        return [ring - 1 - along, ring]
    if edge == 2:
        return [-ring, ring - 1 - along]
    return [along - ring + 1, -ring]


def spiral_matrix(size):
    """Fill a size x size matrix with 1, 2, 3... clockwise from the top left corner."""
    matrix = [[0] * size for _ in range(size)]
    row, column, down, right = 0, 0, 0, 1
    for number in range(1, size * size + 1):
        matrix[row][column] = number
        next_row, next_column = row + down, column + right
        inside = 0 <= next_row < size and 0 <= next_column < size
        if not inside or matrix[next_row][next_column]:
            down, right = right, -down
        row, column = row + down, column + right
    return matrix


if __name__ == "__main__":
    for line in spiral_matrix(5):
        print(" ".join(f"{number:3}" for number in line))
