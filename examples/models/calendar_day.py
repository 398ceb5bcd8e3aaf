# Gregorian calendar arithmetic by hand, without the datetime module.

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def day_of_year(year: int, day: int) -> str:
    """Name the date of the n-th day of a year, such as "Tue 29 Feb 2000".

    Day 1 is 1 January. Days beyond the end of the year run on into the following
    years, and day 0 is the last of December before. Years from -99 to 99 belong to
    the 2000s: year 24 means 2024, year -1 means 1999.
    """
    if -100 < year < 100:
        year += 2000
    while day < 1:
        year -= 1
        day += days_in_year(year)
    while day > days_in_year(year):
        day -= days_in_year(year)
        year += 1
    weekday = WEEKDAYS[(days_before(year) + day - 1) % 7]
    month = 0
    while day > days_in_month(year, month):
        day -= days_in_month(year, month)
        month += 1
    return f"{weekday} {day} {MONTHS[month]} {year}"


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_year(year):
    return 366 if is_leap(year) else 365


def days_in_month(year, month):
    if month == 1:
        return 29 if is_leap(year) else 28
    return 30 if month in (3, 5, 8, 10) else 31


def days_before(year):
    """Days from Monday, 1 January of the year 1 to 1 January of the given year."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400


def print_month(year, month):
    print(f"{MONTHS[month]} {year}".center(20))
    print(" ".join(name[:2] for name in WEEKDAYS))
    first = (days_before(year) + sum(days_in_month(year, m) for m in range(month))) % 7
    cells = ["  "] * first + [f"{d:2}" for d in range(1, days_in_month(year, month) + 1)]
    for start in range(0, len(cells), 7):
        print(" ".join(cells[start:start + 7]))


if __name__ == "__main__":
    print_month(2024, 1)
