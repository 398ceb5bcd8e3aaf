"""Count how unsorted a list is while merge sorting it."""


def count_inversions(values: list[int]) -> int:
    """Count the pairs of positions whose values stand in the wrong order.

    A sorted list has none, a list of n falling values has n * (n - 1) / 2.
    """
    return sort_and_count(values)[1]


def sort_and_count(values):
    if len(values) <= 1:
        return list(values), 0
    middle = len(values) // 2
    left, in_left = sort_and_count(values[:middle])
    right, in_right = sort_and_count(values[middle:])
    merged, across = merge_and_count(left, right)
    return merged, in_left + in_right + across


def merge_and_count(left, right):
    merged = []
    inversions = i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
            inversions += len(left) - i  # right[j] jumps over all that is left in `left`
    merged.extend(left[i:])
    merged.extend(right[j:])
    return merged, inversions


if __name__ == "__main__":
    ranking = [2, 4, 1, 3, 5]
    print(f"{ranking} has {count_inversions(ranking)} inversions")
