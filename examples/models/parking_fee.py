"""Fees of a multi-storey car park."""

FREE_MINUTES = 15
FIRST_HOUR = 300     # cents
FURTHER_HOUR = 200   # cents, for each hour begun
DAY_LIMIT = 1800     # cents
NIGHT_FEE = 500      # cents


def parking_fee(arrival_hour: int, minutes: int, weekend: bool) -> int:
    """Compute the fee in cents for parking some minutes from a full hour of the day on.

    Up to 15 minutes are free. The first hour costs 300 and each further hour begun
    200, at most 1800 a stay. From 20:00 to 6:00 arrivals pay a flat 500 instead if
    that is cheaper. On weekends everything is half price. Hours wrap around the
    clock (25 is 1 o'clock).

    :raises ValueError: if the minutes are negative
    """
    if minutes < 0:
        raise ValueError("nobody leaves before arriving")
    if minutes <= FREE_MINUTES:
        return 0
    hours_begun = -(-minutes // 60)
    fee = min(FIRST_HOUR + FURTHER_HOUR * (hours_begun - 1), DAY_LIMIT)
    if is_night(arrival_hour % 24):
        fee = min(fee, NIGHT_FEE)
    return fee // 2 if weekend else fee


def is_night(hour):
    return hour >= 20 or hour < 6
