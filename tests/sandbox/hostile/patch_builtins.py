# expect: Returned {"a": [1, "x", 2.5, null, true]}
"""Replaces the builtins that a reader of results needs."""

import builtins

NAMES = "len isinstance issubclass type str id dict list callable float int repr iter max min"


def main_solution():
    value = {"a": [1, "x", 2.5, None, True]}
    for name in NAMES.split():
        setattr(builtins, name, lambda *_, **__: "forged")
    for name in ("KeyError", "BaseException", "MemoryError", "Exception"):
        setattr(builtins, name, Warning)
    return value
