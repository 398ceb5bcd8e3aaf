"""Pay an amount with as few coins as possible (dynamic programming)."""

EURO_CENTS = [1, 2, 5, 10, 20, 50, 100, 200]


def make_change(amount: int, coins: list[int]) -> list[list[int]]:
    """Pay an amount with the fewest coins, as [coin, how many] pairs, largest coin first.

    There is always a coin of 1 besides the given ones; coins of zero or less are
    ignored. An amount of zero needs no coins.

    >>> make_change(63, [5, 10, 21, 25])
    [[21, 3]]

    :raises ValueError: if the amount is negative
    """
    if amount < 0:
        raise ValueError("the amount must not be negative")
    currency = sorted({1} | {coin for coin in coins if coin > 0})
    # fewest[a] is how many coins it takes to pay a, last_coin[a] the one laid down last.
    fewest = [0]
    last_coin = [0]
    for total in range(1, amount + 1):
        usable = [coin for coin in currency if coin <= total]
        best = min(usable, key=lambda coin: (fewest[total - coin], -coin))
        fewest.append(fewest[total - best] + 1)
        last_coin.append(best)
    return count_coins(amount, last_coin)


def count_coins(amount, last_coin):
    counts = {}
    while amount > 0:
        coin = last_coin[amount]
        counts[coin] = counts.get(coin, 0) + 1
        amount -= coin
    return [[coin, counts[coin]] for coin in sorted(counts, reverse=True)]


def greedy_change(amount, coins=EURO_CENTS):
    """Pay greedily. Right for euro coins, wrong for many other currencies."""
    paid = []
    for coin in sorted(coins, reverse=True):
        count, amount = divmod(amount, coin)
        if count:
            paid.append([coin, count])
    return paid


if __name__ == "__main__":
    print("best:  ", make_change(63, [1, 5, 10, 21, 25]))
    print("greedy:", greedy_change(63, [1, 5, 10, 21, 25]))
