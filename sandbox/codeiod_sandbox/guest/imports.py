"""Which modules programs may import. Imports the standard library alone.

A policy, so that programs stay with what the operator means them to use, and no layer of the jail:
a program that means to can take the finder out, or read a module's file and execute it.
"""

import json
import os
import re
import sys
from collections.abc import Iterable

OUR_OWN = frozenset(("codeiod", "codeiod_prompts", "codeiod_sandbox"))
_STANDARD = os.path.dirname(os.__file__)  # noqa: PTH120 # paths as sys.path has them
_REQUIRED = re.compile(r"[\w.-]+")


class Refusal:
    """The finder that is asked first: it refuses some top-level modules, and finds none."""

    def __init__(self, refused: frozenset[str]) -> None:
        self._refused = refused

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise for a module that may not be imported, else leave it to the other finders."""
        if name in OUR_OWN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in self._refused:
            text = f"No module named {name!r} (not among sandbox.modules)"
            raise ModuleNotFoundError(text, name=name)


def restrict(allowed: Iterable[str] | None) -> None:
    """Refuse from now on our own modules and, unless `allowed` is None, what is not among them.

    What an allowed module's distribution depends on may be imported too.
    """
    refused: frozenset[str] = frozenset()
    if allowed is not None:
        refused = frozenset(_third_party().difference(_in_a_child(allowed)))
    sys.meta_path.insert(0, Refusal(refused))
    for name in list(sys.modules):  # what the interpreter's own start has imported
        if name.partition(".")[0] in refused:
            del sys.modules[name]


def _third_party() -> set[str]:
    """Return the top-level names of all that lies beside the standard library."""
    folders = [
        entry
        for entry in sys.path
        if entry not in (_STANDARD, f"{_STANDARD}/lib-dynload") and os.path.isdir(entry)  # noqa: PTH112
    ]
    names = (name.partition(".")[0] for folder in folders for name in os.listdir(folder))  # noqa: PTH208
    return {name for name in names if name.isidentifier()}


def _in_a_child(allowed: Iterable[str]) -> list[str]:
    """Work out what may be imported where it leaves no megabytes that every fork would pay for."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            with open(writing, "w") as told:  # noqa: PTH123 # a descriptor
                json.dump(importable(allowed), told)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with open(reading) as told:  # noqa: PTH123 # a descriptor
        text = told.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError("the modules of sandbox.modules could not be worked out")
    names: list[str] = json.loads(text)
    return names


def importable(allowed: Iterable[str]) -> list[str]:
    """Return the modules of these modules' and distributions' and of all that they depend on."""
    from importlib.metadata import distributions

    installed = {_plain(found.name): found for found in distributions() if found.name}
    modules = {
        name: _modules_of(found.read_text("RECORD"), found.read_text("top_level.txt"))
        for name, found in installed.items()
    }
    named = set(allowed)
    names = {_plain(name) for name in named}
    pending = [name for name in installed if name in names or modules[name] & named]
    taken: set[str] = set()
    while pending:
        if (name := pending.pop()) in installed and name not in taken:
            taken.add(name)
            pending += _needed(installed[name].requires or ())
    return sorted(named.union(*(modules[name] for name in taken)))


def _modules_of(record: str | None, top_level: str | None) -> set[str]:
    """Return the top-level names among a distribution's files, or those that it declares."""
    files = (record or "").splitlines()
    firsts = [re.split("[/,.]", line, maxsplit=1)[0] for line in files]
    return {name for name in (*firsts, *(top_level or "").split()) if name.isidentifier()}


def _needed(requirements: Iterable[str]) -> list[str]:
    """Return the names in requirements, without those of extras; other conditions count as met."""
    needed = []
    for requirement in requirements:
        found = _REQUIRED.match(requirement)
        if found and not re.search(r"\bextra\s*==", requirement):
            needed.append(_plain(found.group()))
    return needed


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
