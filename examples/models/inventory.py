"""Stock valuation, first in first out."""
from __future__ import annotations

from collections import deque
from typing import List, NamedTuple


class Lot(NamedTuple):
    quantity: int
    unit_cost: int


class Warehouse:
    def __init__(self) -> None:
        self.lots: deque[Lot] = deque()

    def receive(self, quantity, unit_cost):
        if quantity > 0:
            self.lots.append(Lot(quantity, unit_cost))

    def ship(self, quantity):
        """Take goods out, the oldest first; return what they had cost and how many were missing."""
        cost = 0
        while quantity > 0 and self.lots:
            lot = self.lots.popleft()
            taken = min(quantity, lot.quantity)
            cost += taken * lot.unit_cost
            quantity -= taken
            if lot.quantity > taken:
                self.lots.appendleft(Lot(lot.quantity - taken, lot.unit_cost))
        return cost, max(quantity, 0)

    def value(self):
        return sum(lot.quantity * lot.unit_cost for lot in self.lots)


def cost_of_sales(deliveries: List[int], sold: int) -> dict:
    """Value a sale by the first-in-first-out method.

    The first delivery cost 10 a piece and each later one 1 more than the one before,
    also when a delivery brought nothing (zero or less). Returns what the goods sold
    had cost, how many could not be delivered and the value of the rest.
    """
    warehouse = Warehouse()
    for week, quantity in enumerate(deliveries):
        warehouse.receive(quantity, unit_cost=10 + week)
    cost, missing = warehouse.ship(sold)
    return {"cost": cost, "missing": missing, "stock_value": warehouse.value()}
