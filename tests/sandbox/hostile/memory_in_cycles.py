# expect: OverMemory
"""Leaves garbage in cycles with the collector off."""

import gc


def main_solution():
    gc.disable()
    while True:
        garbage = [bytes(1 << 12)]
        garbage.append(garbage)
