def merge_intervals(intervals: list[list[int]]) -> list[list[int]]:
    """Merge all intervals that overlap or touch, and return them from left to right.

    An interval reaches from the smallest to the largest of its numbers, so [7, 3]
    is the same as [3, 7] and [5] is a single point. Empty intervals are dropped.
    """
    spans = sorted([min(numbers), max(numbers)] for numbers in intervals if numbers)
    merged = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def covered_length(intervals: list[list[int]]) -> int:
    """Measure how much of the number line the intervals cover together."""
    return sum(end - start for start, end in merge_intervals(intervals))


def gaps(intervals: list[list[int]]) -> list[list[int]]:
    """List the free spans between the first and the last interval."""
    merged = merge_intervals(intervals)
    return [[left[1], right[0]] for left, right in zip(merged, merged[1:])]
