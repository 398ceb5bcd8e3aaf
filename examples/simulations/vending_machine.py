"""Vending machine as an explicit state machine."""
from enum import Enum, auto


class State(Enum):
    IDLE = auto()
    COLLECTING = auto()
    SOLD = auto()


ACCEPTED_COINS = (1, 2, 5, 10, 20, 50)


class VendingMachine:
    def __init__(self, price):
        self.price = price
        self.state = State.IDLE
        self.inserted = 0
        self.returned = []

    def insert(self, coin):
        if coin not in ACCEPTED_COINS or self.state is State.SOLD:
            self.returned.append(coin)
            return
        self.inserted += coin
        self.state = State.SOLD if self.inserted >= self.price else State.COLLECTING

    def change(self):
        owed = self.inserted - self.price if self.state is State.SOLD else self.inserted
        coins = []
        for coin in reversed(ACCEPTED_COINS):
            while owed >= coin:
                coins.append(coin)
                owed -= coin
        return coins


def buy(price: int, coins: list[int]) -> dict:
    """Throw coins into a vending machine and report what comes out of it.

    The machine takes 1, 2, 5, 10, 20 and 50; anything else is rejected, and so is
    every coin that comes after the drink is paid. Without enough money the coins taken
    are given back as change, largest first. A price below 1 is taken as 1.
    """
    machine = VendingMachine(max(price, 1))
    for coin in coins:
        machine.insert(coin)
    return {
        "drink": machine.state is State.SOLD,
        "change": machine.change(),
        "rejected": machine.returned,
    }
