from bisect import bisect_left
from typing import List


def longest_increasing(values: List[int]) -> List[int]:
    """Return one longest strictly increasing subsequence, found by patience sorting."""
    pile_tops = []      # the smallest last value of an increasing run of each length
    pile_indices = []   # and where in `values` that last value stands
    previous = [-1] * len(values)
    for index, value in enumerate(values):
        pile = bisect_left(pile_tops, value)
        if pile > 0:
            previous[index] = pile_indices[pile - 1]
        if pile == len(pile_tops):
            pile_tops.append(value)
            pile_indices.append(index)
        else:
            pile_tops[pile] = value
            pile_indices[pile] = index
    run = []
    index = pile_indices[-1] if pile_indices else -1
    while index != -1:
        run.append(values[index])
        index = previous[index]
    run.reverse()
    return run


if __name__ == '__main__':
    print(longest_increasing([10, 9, 2, 5, 3, 7, 101, 18]))
