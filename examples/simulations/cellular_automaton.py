"""Wolfram's elementary cellular automata: one row of cells, eight little rules."""


def evolve(rule: int, cells: list[int], steps: int) -> str:
    """Run an elementary cellular automaton on a ring and return its last row.

    Odd numbers are living cells, even ones dead; the last cell is a neighbour of
    the first. Bit k of the rule (taken modulo 256) says what becomes of a cell whose
    left neighbour, itself and right neighbour read as the binary number k. The row
    is written with 1 and 0; negative steps count as none.
    """
    rule = rule % 256
    row = [cell % 2 for cell in cells]
    for _ in range(steps):
        row = advance(rule, row)
    return "".join(str(cell) for cell in row)


def advance(rule, row):
    size = len(row)
    following = []
    for i in range(size):
        left, here, right = row[i - 1], row[i], row[(i + 1) % size]
        pattern = 4 * left + 2 * here + right
        following.append(rule >> pattern & 1)
    return following


def main():
    row = [0] * 31 + [1] + [0] * 31
    for _ in range(24):
        print("".join(" #"[cell] for cell in row))
        row = advance(90, row)


if __name__ == "__main__":
    main()
