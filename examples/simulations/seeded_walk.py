"""A random walk that is the same for everybody: it brings its own generator."""


class Lcg:
    """The linear congruential generator of Numerical Recipes."""

    def __init__(self, seed):
        self.state = seed % 2**32

    def next(self, bound):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state * bound >> 32


COMPASS = {0: (0, 1), 1: (1, 0), 2: (0, -1), 3: (-1, 0)}


def wander(seed: int, steps: int) -> dict:
    """Walk some steps on a square grid in directions drawn from a seeded generator.

    Returns where the walk ends, the farthest (street) distance from the start it
    reached, and how many different crossings it visited, the start included. A
    negative number of steps walks nowhere.
    """
    generator = Lcg(seed)
    x = y = 0
    farthest = 0
    visited = {(0, 0)}
    for _ in range(steps):
        dx, dy = COMPASS[generator.next(4)]
        x, y = x + dx, y + dy
        farthest = max(farthest, abs(x) + abs(y))
        visited.add((x, y))
    return {"x": x, "y": y, "farthest": farthest, "visited": len(visited)}


if __name__ == "__main__":
    for seed in range(5):
        print(seed, wander(seed, 100))
