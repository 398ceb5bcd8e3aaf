"""Noughts and crosses."""

LINES = [
    (0, 1, 2), (3, 4, 5), (6, 7, 8),  # rows
    (0, 3, 6), (1, 4, 7), (2, 5, 8),  # columns
    (0, 4, 8), (2, 4, 6),             # diagonals
]


class Board:
    def __init__(self):
        self.cells = ["."] * 9
        self.player = "x"

    def play(self, field):
        if self.cells[field] != ".":
            return False
        self.cells[field] = self.player
        self.player = "o" if self.player == "x" else "x"
        return True

    def winner(self):
        for a, b, c in LINES:
            if self.cells[a] != "." and self.cells[a] == self.cells[b] == self.cells[c]:
                return self.cells[a]
        return None

    def rows(self):
        return ["".join(self.cells[start:start + 3]) for start in (0, 3, 6)]


def play_game(moves: list[int]) -> dict:
    """Play a game of noughts and crosses, x first, and return the board and its winner.

    Fields are numbered 0 to 8, row by row; other numbers wrap around (9 is field 0).
    A move to an occupied field is ignored, so the same player moves again. The game
    ends with the first complete line; "winner" is "x", "o", or "nobody".
    """
    board = Board()
    for move in moves:
        board.play(move % 9)
        if board.winner():
            break
    return {"board": board.rows(), "winner": board.winner() or "nobody"}


if __name__ == "__main__":
    result = play_game([4, 0, 2, 6, 3, 5, 1, 7, 8])
    print("\n".join(result["board"]))
    print("winner:", result["winner"])
