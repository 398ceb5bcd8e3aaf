"""Income tax of an imaginary country. All amounts in thousands of crowns."""

# (lower end of the bracket, rate in percent for the part of the income above it)
BRACKETS = [(0, 0), (10, 15), (25, 25), (50, 38), (80, 45)]

CHILD_ALLOWANCE = 3
MAX_CHILDREN = 4


def income_tax(income: int, children: int = 0, married: bool = False) -> float:
    """Compute a year's tax on an income, in thousands.

    The income up to 10 is free; what lies above is taxed at 15% up to 25, at 25% up
    to 50, at 38% up to 80 and at 45% beyond. Each of up to four children lowers the
    taxable income by 3. Married couples split: they pay twice the tax on half of it.
    """
    dependants = min(max(children, 0), MAX_CHILDREN)
    taxable = max(income - CHILD_ALLOWANCE * dependants, 0)
    if married:
        return round(2 * tariff(taxable / 2), 2)
    return round(tariff(taxable), 2)


def tariff(taxable):
    tax = 0.0
    upper_ends = [lower for lower, _ in BRACKETS[1:]] + [float("inf")]
    for (lower, percent), upper in zip(BRACKETS, upper_ends):
        if taxable <= lower:
            break
        tax += (min(taxable, upper) - lower) * percent / 100
    return tax


def marginal_rate(taxable):
    """The percentage that one more crown would cost."""
    return max(percent for lower, percent in BRACKETS if taxable >= lower)


def main():
    print("income   single  married  married, 2 children")
    for income in range(0, 121, 20):
        single = income_tax(income)
        couple = income_tax(income, married=True)
        family = income_tax(income, 2, True)
        print(f"{income:6} {single:8.2f} {couple:8.2f} {family:8.2f}")


if __name__ == "__main__":
    main()
