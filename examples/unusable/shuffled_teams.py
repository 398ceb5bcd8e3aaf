"""Draw teams by lot: every call gives another answer."""
import random


def draw_lots(players: list[str], tickets: int) -> list:
    """Give each player a lottery number and return the three luckiest, luckiest first."""
    numbered = [[random.random() * max(tickets, 1), player] for player in players + ["guest"]]
    random.shuffle(numbered)
    return sorted(numbered, reverse=True)[:3]


if __name__ == "__main__":
    print(draw_lots(["Ada", "Brook", "Cem", "Dana"], 100))
