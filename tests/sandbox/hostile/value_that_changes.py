# expect: NotJson | Returned | OverOutput | Raised | Died protocol
# limits: call_seconds=1.0
"""Returns a dict that a thread changes while it is read."""

import sys
import threading


def change(value):
    number = 0
    while True:
        number += 1
        value[f"k{number % 50}"] = number
        value.pop(f"k{(number + 25) % 50}", None)


def main_solution():
    sys.setswitchinterval(1e-6)
    value = {f"k{number}": number for number in range(50)}
    threading.Thread(target=change, args=(value,)).start()
    return [value] * 20
