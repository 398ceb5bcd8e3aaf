import argparse


def collatz_summary(start: int) -> dict:
    """Follow the 3n+1 sequence from a positive start down to 1.

    Returns the number of steps, the highest value on the way and how many of the
    steps were odd (3n+1) ones.
    """
    if start < 1:
        raise ValueError("the sequence starts at a positive number")
    n, steps, odd_steps, peak = start, 0, 0, start
    while n != 1:
        if n % 2:
            n = 3 * n + 1
            odd_steps += 1
        else:
            n //= 2
        steps += 1
        peak = max(peak, n)
    return {"steps": steps, "peak": peak, "odd_steps": odd_steps}


def sequence(start):
    yield start
    while start != 1:
        start = start // 2 if start % 2 == 0 else 3 * start + 1
        yield start


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Print the Collatz sequence of a number.")
    parser.add_argument("start", type=int, nargs="?", default=27)
    parser.add_argument("--summary", action="store_true", help="print the key figures only")
    args = parser.parse_args()
    if args.summary:
        print(collatz_summary(args.start))
    else:
        print(*sequence(args.start))
