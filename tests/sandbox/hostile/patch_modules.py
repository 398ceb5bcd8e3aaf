# expect: Returned "mine"
"""Empties the table of modules, and takes the import system away."""

import builtins
import sys


def main_solution():
    sys.modules.clear()
    sys.meta_path.clear()
    sys.path_hooks.clear()
    sys.path.clear()
    builtins.__import__ = None
    return "mine"
