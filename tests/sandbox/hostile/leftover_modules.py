# expect: Returned 1
"""Leaves poisoned modules for whoever imports them next."""

import builtins
import json
import math
import random
import string
import sys
import types


def forged(*_, **__):
    return "forged"


def main_solution():
    for module in (json, math, random, string):
        for name in list(vars(module)):
            setattr(module, name, forged)
    builtins.len = builtins.print = forged
    sys.modules["numpy"] = sys.modules["os.path"] = types.ModuleType("forged")
    sys.path.insert(0, ".")
    sys.argv.append("forged")
    with open("json.py", "w") as file:
        file.write("raise SystemExit")
    return 1
