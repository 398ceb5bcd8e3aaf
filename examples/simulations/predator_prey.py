"""Foxes and rabbits on an island, in whole animals and whole years."""

MEADOW = 120         # rabbits that the grass can feed
RABBITS_PER_FOX = 4  # eaten in a year
LONGEST_STUDY = 10   # years


def populations(rabbits: int, foxes: int, years: int) -> list[int]:
    """Return [rabbits, foxes] after some years on the island, ten at most.

    In each year every pair of rabbits has three young, as far as the meadow feeds
    them (120 animals). Then each fox eats up to four rabbits, but a third of them,
    rounded up, hide too well. For every two foxes that found their four one cub grows
    up; of the others half starve, rounded up. Negative numbers count as zero.
    """
    rabbits, foxes = max(rabbits, 0), max(foxes, 0)
    for _ in range(min(years, LONGEST_STUDY)):
        rabbits, foxes = one_year(rabbits, foxes)
    return [rabbits, foxes]


def one_year(rabbits, foxes):
    rabbits = min(rabbits + rabbits // 2 * 3, MEADOW)
    huntable = rabbits - -(-rabbits // 3)
    eaten = min(huntable, foxes * RABBITS_PER_FOX)
    fed = eaten // RABBITS_PER_FOX
    hungry = foxes - fed
    return rabbits - eaten, fed + fed // 2 + hungry // 2


if __name__ == "__main__":
    r, f = 40, 2
    for year in range(1, 21):
        r, f = one_year(r, f)
        print(f"year {year:2}: {r:4} rabbits {f:3} foxes")
