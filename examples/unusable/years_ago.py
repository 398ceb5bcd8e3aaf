"""Tells another story every year."""
from datetime import date


def years_since(year: int) -> str:
    """Say how long ago a year was, seen from today."""
    years = date.today().year - year
    if years < 0:
        return f"in {-years} years"
    if years == 0:
        return "this year"
    return f"{years} years ago"


if __name__ == "__main__":
    print("The first moon landing was", years_since(1969))
