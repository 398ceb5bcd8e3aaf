# expect: Returned []
"""Opens a socket of every family and kind that there may be."""

import ctypes


def main_solution():
    libc = ctypes.CDLL(None)
    return [
        [family, kind]
        for family in range(50)
        for kind in (1, 2, 3, 5)
        if libc.socket(family, kind, 0) >= 0
    ]
