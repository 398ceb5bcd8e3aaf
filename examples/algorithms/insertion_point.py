"""Binary search with a count of the comparisons it needs."""
from typing import List


def find_slot(values: List[int], target: int) -> dict:
    """Find where target belongs in the sorted values, and how many comparisons that takes.

    The values are sorted first. The slot is the leftmost index at which target
    could be inserted so that the list stays sorted.
    """
    ordered = sorted(values)
    low, high = 0, len(ordered)
    comparisons = 0
    while low < high:
        middle = (low + high) // 2
        comparisons += 1
        if ordered[middle] < target:
            low = middle + 1
        else:
            high = middle
    found = low < len(ordered) and ordered[low] == target
    return {"slot": low, "found": found, "comparisons": comparisons}


def main():
    numbers = [31, 4, 15, 92, 65, 35]
    for wanted in (4, 35, 50, 99):
        print(wanted, find_slot(numbers, wanted))


if __name__ == "__main__":
    main()
