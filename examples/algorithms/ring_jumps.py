from collections import deque


def fewest_jumps(board: list[int]) -> int:
    """Count the jumps needed to get from the first field of a ring to its last field.

    From a field that holds n you may jump exactly n fields forward or n fields
    back; the board is a circle. Returns -1 if the last field can't be reached.
    """
    size = len(board)
    if size == 0:
        return -1
    distance = {0: 0}
    waiting = deque([0])
    while waiting:
        here = waiting.popleft()
        if here == size - 1:
            return distance[here]
        for step in (board[here], -board[here]):
            there = (here + step) % size
            if there not in distance:
                distance[there] = distance[here] + 1
                waiting.append(there)
    return -1
