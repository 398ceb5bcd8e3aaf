"""What a problem statement is about. Imports the standard library and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codeiod.teachers.builtin.composing.roles import Role


@dataclass(frozen=True, slots=True)
class Told:
    """One argument, as it is to be told."""

    name: str
    annotation: str
    shape: str
    """Its structure and range in words."""
    meaning: str
    """What the author says of it, ``""`` where nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What is given back.

    :param what: a noun phrase: "the count `total`", ``""`` where there is none.
    :param form: what its members or keys are, as a sentence; ``""`` where there is nothing to say.
    :param roles: the variables that it is made of.
    :param bare: the form for readers who do not know the function's variables.
    :param read_back: how linked nodes are given as a list, as a sentence.
    """

    what: str = ""
    form: str = ""
    roles: tuple[Role, ...] = ()
    bare: str = ""
    read_back: str = ""

    @property
    def is_plural(self) -> bool:
        return "` and `" in self.what

    def without_variables(self) -> Result:
        """Return what can be understood where the rules are not told."""
        keys = self.what if " keys " in self.bare else ""
        return replace(self, what=keys, form=self.bare, roles=())


@dataclass(frozen=True, slots=True)
class Subject:
    """What a problem statement is about."""

    title: str
    """The function's name in words."""
    doc: str
    arguments: Sequence[Told]
    kind: str
    """The result's type in words, ``""`` where unknown."""
    returns: str
    """Its annotation."""
    printed: bool
    """Its result is what it prints."""
    each: str
    """The argument whose items are tried in turn, ``""`` where there is none."""
    item: str
    rules: Sequence[str]
    outline: Sequence[str]
    """How the result is made, roughly, where there are no rules."""
    several_ends: bool
    """The first of several results that is reached counts."""
    result: Result

    @property
    def writes_lines(self) -> bool:
        return self.printed and self.kind.startswith("a list")
