# expect: Raised ValueError
"""Leaves hooks for all that goes wrong, which end the process."""

import builtins
import os
import sys
import threading


def end(*_):
    os._exit(9)


def main_solution():
    sys.excepthook = sys.unraisablehook = sys.displayhook = sys.breakpointhook = end
    threading.excepthook = builtins.__build_class__ = end
    raise ValueError("text")
