"""The function that is written around an author's code, where it can't be called as it stands.

Imports the standard library and its neighbours. It makes the object that a method belongs to, sets
the module's state afresh, passes each argument as it is wanted, and returns what was changed or
printed where nothing is returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.wellknown import BUILTINS
from codeiod.teachers.builtin.candidates import Parameter

CLEARER_NAMES = {
    "list": "items", "str": "text", "string": "text", "dict": "mapping", "set": "members",
    "input": "data", "min": "lowest", "max": "highest", "sum": "total", "len": "length",
    "id": "identifier", "type": "kind", "range": "limits", "iter": "rounds", "next": "following",
    "tuple": "entries", "int": "number", "float": "number", "hash": "key", "object": "thing",
    "sorted": "ordered", "pow": "exponent", "dir": "direction", "filter": "mask", "map": "grid",
}  # fmt: skip


@dataclass(slots=True)
class Wrapper:
    """What is to be written around a call."""

    name: str
    callee: str
    taken: set[str]
    """Names that mean something in the module."""
    parameters: list[Parameter] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    """How each argument is written in the call."""
    needed: bool = False
    state: list[str] = field(default_factory=list)
    """Names of the module that are to be set afresh."""
    before: list[str] = field(default_factory=list)
    after: str = ""
    """What is returned where it is not the call's own value."""
    converted: str = "{0}"
    names: dict[str, str] = field(default_factory=dict)
    """By the name of a parameter the name that it is taken under."""
    each: tuple[str, str] = ("", "")
    """A list parameter and the name of its items, where those are returned that pass."""

    def take(self, parameter: Parameter, passed: str = "{0}") -> str:
        """Take an argument under a name that hides nothing; return that name.

        :param passed: how it is written in the call; empty where it is used elsewhere.
        """
        name = self._clear_name(parameter.name)
        self.names[parameter.name] = name
        self.parameters.append(
            Parameter(name, parameter.annotation, parameter.default, parameter.told)
        )
        if passed:
            self.arguments.append(passed.format(name))
        self.needed = self.needed or name != parameter.name or passed != "{0}"
        return name

    def text(self) -> str:
        """Write the function."""
        lines = [f"def {self.name}({', '.join(p.name for p in self.parameters)}):"]
        if self.state:
            lines.append(f"    global {', '.join(self.state)}")
        lines += [f"    {line}" for line in self.before]
        call = f"{self.callee}({', '.join(self.arguments)})"
        plural, item = self.each
        if plural:
            lines.append(f"    return [{item} for {item} in {plural} if {call}]")
        elif self.after:
            lines += [f"    {call}", f"    return {self.after}"]
        else:
            lines.append(f"    return {self.converted.format(call)}")
        return "\n".join(lines) + "\n"

    def select(self) -> str:
        """Take a list in place of the last argument, and return those of its items that pass."""
        last = self.parameters.pop()
        plural = free_name(plural_of(last.name), {p.name for p in self.parameters} | self.taken)
        annotation = f"list[{last.annotation}]" if last.annotation else "list"
        self.parameters.append(Parameter(plural, annotation, None, last.told))
        self.each, self.needed = (plural, last.name), True
        return plural

    def _clear_name(self, name: str) -> str:
        used = {p.name for p in self.parameters} | self.taken
        wanted = CLEARER_NAMES.get(name, name) if name in BUILTINS else name
        if wanted in BUILTINS or wanted.startswith("_"):
            wanted = f"{wanted.strip('_')}_value"
        return free_name(wanted, used)


def free_name(wanted: str, used: Iterable[str]) -> str:
    """Return a name that is not used yet: the wanted one, or one with a number."""
    taken, name, number = set(used), wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def plural_of(name: str) -> str:
    """Name several of what a name is for: ``word`` -> ``words``."""
    if len(name) < 3 or name.isupper():
        return {"s": "texts", "n": "numbers", "x": "values"}.get(name, f"{name}_values")
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es" if not name.endswith("s") else f"{name}_list"
    return f"{name[:-1]}ies" if name[-1] == "y" and name[-2] not in "aeiou" else f"{name}s"


def snake(name: str) -> str:
    """Write a name in small letters: ``numIslands`` -> ``num_islands``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return spaced.lower().strip("_") or "value"
