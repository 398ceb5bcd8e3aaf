# expect: Died exit 9
"""Ends the process in the callback of a weak reference, after the return statement."""

import os
import weakref


class Thing:
    pass


def main_solution():
    thing = Thing()
    kept.append(weakref.ref(thing, lambda dead: os._exit(9)))
    return 1


kept = []
