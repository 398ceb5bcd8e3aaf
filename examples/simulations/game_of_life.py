"""Conway's Game of Life on a board with hard edges."""


def live(board: list[list[bool]], generations: int) -> list[str]:
    """Let a board live for some generations and draw it, "#" for a living cell.

    Rows that are too short are filled up with dead cells. A living cell survives
    with two or three living neighbours; a dead one with exactly three is born.
    A negative number of generations counts as none.
    """
    width = max((len(row) for row in board), default=0)
    cells = [list(row) + [False] * (width - len(row)) for row in board]
    for _ in range(generations):
        following = next_generation(cells)
        if following == cells:
            break  # a still life: nothing will ever change again
        cells = following
    return ["".join("#" if alive else "." for alive in row) for row in cells]


def next_generation(cells):
    return [
        [survives(alive, living_neighbours(cells, r, c)) for c, alive in enumerate(row)]
        for r, row in enumerate(cells)
    ]


def living_neighbours(cells, row, column):
    count = 0
    for r in range(max(row - 1, 0), min(row + 2, len(cells))):
        for c in range(max(column - 1, 0), min(column + 2, len(cells[0]))):
            if cells[r][c] and (r, c) != (row, column):
                count += 1
    return count


def survives(alive, neighbours):
    return neighbours == 3 or (alive and neighbours == 2)


if __name__ == "__main__":
    glider = [[False] * 8 for _ in range(8)]
    for r, c in ((0, 1), (1, 2), (2, 0), (2, 1), (2, 2)):
        glider[r][c] = True
    for age in (0, 4, 8, 12):
        print(f"generation {age}")
        print("\n".join(live(glider, age)))
