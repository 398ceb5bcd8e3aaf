"""Belongs to a larger project and can't be loaded without it."""
from warehouse_settings.regions import SHIPPING_RATES


def shipping_cost(weight: int, region: str) -> int:
    """Return the price of sending a parcel of some weight to a region."""
    base, per_kilo = SHIPPING_RATES[region]
    return base + per_kilo * weight
