"""Dijkstra's algorithm on a map of heights."""
import heapq

STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def least_effort(heights: list[list[int]]) -> int:
    """Return the least effort of hiking from the first cell of the map to its last.

    The way leads from the first cell of the first row to the last cell of the last
    row, in steps to a cell beside, above or below. A step costs 1 plus the difference
    in height, up or down. Rows may differ in length. Returns -1 if there is no way.
    """
    if not heights or not heights[0] or not heights[-1]:
        return -1
    goal = (len(heights) - 1, len(heights[-1]) - 1)
    best = {(0, 0): 0}
    frontier = [(0, (0, 0))]
    while frontier:
        effort, cell = heapq.heappop(frontier)
        if cell == goal:
            return effort
        if effort > best[cell]:
            continue  # an older entry of a cell that was reached more easily since
        for neighbour in neighbours(heights, cell):
            climb = abs(height(heights, neighbour) - height(heights, cell))
            total = effort + 1 + climb
            if total < best.get(neighbour, float("inf")):
                best[neighbour] = total
                heapq.heappush(frontier, (total, neighbour))
    return -1


def neighbours(heights, cell):
    row, column = cell
    for down, right in STEPS:
        r, c = row + down, column + right
        if 0 <= r < len(heights) and 0 <= c < len(heights[r]):
            yield r, c


def height(heights, cell):
    row, column = cell
    return heights[row][column]


if __name__ == "__main__":
    valley = [
        [1, 9, 2, 2],
        [1, 9, 2, 9],
        [1, 1, 1, 1],
    ]
    print(least_effort(valley))
