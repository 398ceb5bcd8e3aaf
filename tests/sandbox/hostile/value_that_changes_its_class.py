# expect: NotJson | Returned
# limits: call_seconds=1.0
"""Returns objects whose class a thread changes while they are read."""

import sys
import threading


class One(int):
    pass


class Other(int):
    def __repr__(self):
        return "forged"


def change(values):
    while True:
        for value in values:
            value.__class__ = Other if type(value) is One else One


def main_solution():
    sys.setswitchinterval(1e-6)
    values = [One(number) for number in range(500)]
    threading.Thread(target=change, args=(values,)).start()
    return values
