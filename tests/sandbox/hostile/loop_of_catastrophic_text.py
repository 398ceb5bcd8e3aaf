# limits: call_seconds=0.1
# expect: TimedOut
"""Replaces in a string until it has grown beyond what can be searched."""


def main_solution():
    text = "ab" * 200_000
    while True:
        text.find("ba" * 100_000 + "c")
        sorted(text)
