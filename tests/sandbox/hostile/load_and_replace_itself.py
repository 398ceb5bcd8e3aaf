# expect: Returned 1 | LoadFailed
"""Replaces its own module while it is loaded."""

import sys


def main_solution():
    return 1


for name in [name for name, module in sys.modules.items() if vars(module) is globals()]:
    sys.modules[name] = None
