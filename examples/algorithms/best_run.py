def best_run(gains: list[int]) -> dict:
    """Find the stretch of consecutive days with the largest total gain (Kadane's algorithm).

    Returns the total with the first and last day of the stretch, counted from 0.
    Of several equally good stretches the one that ends first is taken.

    :param gains: gain (or loss, when negative) of each day; at least one
    """
    if not gains:
        raise ValueError("there must be at least one day")
    best = {"total": gains[0], "first": 0, "last": 0}
    total, first = gains[0], 0
    for day in range(1, len(gains)):
        if total < 0:
            # A losing past only drags the future down: start afresh.
            total, first = 0, day
        total += gains[day]
        if total > best["total"]:
            best = {"total": total, "first": first, "last": day}
    return best
