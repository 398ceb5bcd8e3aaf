"""Miles per hour, Fahrenheit and feet, for people who never got used to them."""

INCHES_PER_FOOT = 12
INCHES_PER_YARD = 36
CENTIMETRES_PER_INCH = 2.54


def imperial_length(centimetres: int, use_yards: bool = False) -> str:
    """Write a length in whole yards, feet and inches, rounded to the nearest inch.

    Parts that are zero are left out ("6 ft 2 in", "3 ft"); yards are used on demand.
    A negative length gets a minus sign in front, and nothing at all is "0 in".

    >>> imperial_length(188)
    '6 ft 2 in'
    """
    inches = round(abs(centimetres) / CENTIMETRES_PER_INCH)
    parts = []
    if use_yards:
        yards, inches = divmod(inches, INCHES_PER_YARD)
        parts.append((yards, "yd"))
    feet, inches = divmod(inches, INCHES_PER_FOOT)
    parts += [(feet, "ft"), (inches, "in")]
    words = [f"{amount} {unit}" for amount, unit in parts if amount]
    if not words:
        return "0 in"
    return ("-" if centimetres < 0 else "") + " ".join(words)


def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


def wind_chill(celsius, kmh):
    """Felt temperature; the formula holds below 10 degrees and above 4.8 km/h only."""
    if celsius > 10 or kmh <= 4.8:
        return float(celsius)
    factor = kmh**0.16
    return round(13.12 + 0.6215 * celsius - 11.37 * factor + 0.3965 * celsius * factor, 1)


if __name__ == "__main__":
    for temperature in range(-20, 11, 5):
        print(f"{temperature:4} C = {fahrenheit(temperature):5.1f} F,",
              f"in a gale {wind_chill(temperature, 70)} C")
