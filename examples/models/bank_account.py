"""A current account with an overdraft, in cents."""
from dataclasses import dataclass, field


class InsufficientFunds(Exception):
    """The account can't be drawn below its overdraft limit."""


@dataclass
class Account:
    balance: int = 0
    overdraft_limit: int = 50
    refused: list = field(default_factory=list)

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("only positive amounts can be deposited")
        self.balance += amount

    def withdraw(self, amount):
        if self.balance - amount < -self.overdraft_limit:
            raise InsufficientFunds(amount)
        self.balance -= amount

    def charge_interest(self):
        """Take a tenth of what is owed, rounded up to a whole cent."""
        if self.balance < 0:
            self.balance -= -(self.balance // 10)


def year_end(opening: int, movements: list[int]) -> dict:
    """Book a year's movements on an account and charge interest at its end.

    Positive movements are deposits, negative ones withdrawals, zeros nothing. A
    withdrawal that would take the balance below the overdraft limit of 50 is
    refused as a whole. An account that ends in debt is charged a tenth of it.
    """
    account = Account(balance=opening)
    for movement in movements:
        if movement > 0:
            account.deposit(movement)
        elif movement < 0:
            try:
                account.withdraw(-movement)
            except InsufficientFunds:
                account.refused.append(-movement)
    account.charge_interest()
    return {"balance": account.balance, "refused": account.refused}


if __name__ == "__main__":
    print(year_end(20, [100, -150, -60, -40, 10]))
