"""Where the author's logic stands in a program: the function asked about and what it leans on.

Imports the standard library, ``candidates`` and the analysis' scopes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codeiod.teachers.builtin.analysis.scopes import Function, names_stored
from codeiod.teachers.builtin.candidates import Candidate

BUILT = frozenset({"tree_of", "linked_list_of", "values_of_tree", "values_of_list"})
"""What is written around the author's code, to turn lists into linked nodes and back."""


@dataclass(frozen=True, slots=True)
class Logic:
    """The author's function in a candidate, and its surroundings."""

    module: ast.Module
    target: ast.FunctionDef
    """The function to call: the author's own, or what was written around it."""
    function: ast.FunctionDef
    owner: ast.ClassDef | None

    @property
    def functions(self) -> Mapping[str, Function]:
        """Map names to the author's functions and methods, special methods left out."""
        found = {f.name: f for f in self._all() if not f.name.startswith("__")}
        for name in BUILT - {self.function.name}:
            found.pop(name, None)
        if self.function is not self.target and found.get(self.target.name) is self.target:
            del found[self.target.name]
        return found | {self.function.name: self.function}

    @property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        return {s.name: s for s in self.module.body if isinstance(s, ast.ClassDef)}

    @property
    def own_names(self) -> frozenset[str]:
        """Return all names that the file gives to functions, nested ones too."""
        nodes = (n for n in ast.walk(self.module) if isinstance(n, ast.FunctionDef))
        return frozenset(n.name for n in nodes if not n.name.startswith("__"))

    @property
    def constants(self) -> Mapping[str, ast.expr]:
        """Map names that the module or its classes set to what they are set to."""
        found: dict[str, ast.expr] = {}
        bodies = [self.module.body, *(made.body for made in self.classes.values())]
        for body in bodies:
            for statement in body:
                match statement:
                    case ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Name(id="auto"))):
                        continue  # a member of an enumeration says all by its name
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        found[name] = value
                    case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                        found[name] = value
        return found

    @property
    def does_operations(self) -> bool:
        """Whether the target carries out a list of operations on an object."""
        return any(a.arg == "operations" for a in self.target.args.args) and any(
            isinstance(n, ast.Name) and n.id == "operation" for n in ast.walk(self.target)
        )

    def passed(self) -> Mapping[str, str]:
        """Map the author's parameters to what is passed for them, where that is no argument."""
        if self.does_operations:
            return self._defaults()
        pairs = self._pairs()
        return {n: ast.unparse(g) for n, g in pairs if n != "self" and _plain(g) != n}

    def _defaults(self) -> Mapping[str, str]:
        """Map what a constructor may be given, and here is not, to its defaults."""
        methods = self.owner.body if self.owner else []
        for method in methods:
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                given = method.args.defaults
                names = [a.arg for a in method.args.args][len(method.args.args) - len(given) :]
                return {n: ast.unparse(g) for n, g in zip(names, given, strict=True)}
        return {}

    def annotate(self, annotations: Mapping[str, str]) -> None:
        """Note the types of the arguments that the author's function gets as they are given."""
        plain = {n for n, g in self._pairs() if isinstance(g, ast.Name) and g.id == n}
        plain -= names_stored(self.target.body)
        for argument in self.function.args.args:
            told = annotations.get(argument.arg, "")
            direct = argument.arg in plain or self.function is self.target
            if told and direct and argument.annotation is None:
                argument.annotation = ast.Name(told.partition("[")[0], ast.Load())

    def _pairs(self) -> list[tuple[str, ast.expr]]:
        """Pair the author's parameters with what is passed for them."""
        if self.function is self.target:
            return []
        takes = [a.arg for a in self.function.args.args][bool(self.owner and self._takes_self) :]
        for node in ast.walk(self.target):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=given) if (
                    name == self.function.name
                ):
                    return list(zip(takes, given, strict=False))
        return []

    @property
    def _takes_self(self) -> bool:
        decorators = map(ast.unparse, self.function.decorator_list)
        return "staticmethod" not in decorators

    @property
    def repeats(self) -> bool:
        """Whether the author's functions have a loop, or call themselves."""
        for function in self.functions.values():
            for node in ast.walk(function):
                match node:
                    case ast.For() | ast.While():
                        return True
                    case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if (
                        name == function.name
                    ):
                        return True
        return False

    @property
    def reads(self) -> str:
        """Return the name of the function that reads linked nodes back, ``""`` for none."""
        for node in ast.walk(self.target):
            match node:
                case ast.Return(value=ast.Call(func=ast.Name(id=name))) if name in BUILT:
                    return name
        return ""

    def _all(self) -> Iterator[Function]:
        for statement in self.module.body:
            if isinstance(statement, ast.FunctionDef):
                yield statement
            elif isinstance(statement, ast.ClassDef):
                yield from (m for m in statement.body if isinstance(m, ast.FunctionDef))


def logic_of(candidate: Candidate) -> Logic:
    """Find the author's function that the target of a candidate leads to."""
    module = ast.parse(candidate.source)
    target = next(s for s in module.body if getattr(s, "name", "") == candidate.target)
    assert isinstance(target, ast.FunctionDef), "a target is a function"
    function = _led_to(candidate, module, target)
    classes = [s for s in module.body if isinstance(s, ast.ClassDef)]
    owner = next((c for c in classes if function in c.body), None)
    return Logic(module, target, function, owner)


def _led_to(candidate: Candidate, module: ast.Module, target: ast.FunctionDef) -> ast.FunctionDef:
    if not candidate.wrapped:
        return target
    nodes = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef) and n is not target]
    functions = {node.name: node for node in nodes}
    for node in ast.walk(target):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                if name in functions and name not in BUILT:
                    return functions[name]
    return target


def _plain(given: ast.expr) -> str:
    """Return the name of the argument that is passed, as it is or as linked nodes."""
    match given:
        case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=held)]) if name in BUILT:
            return held
        case ast.Name(id=held):
            return held
    return ""
