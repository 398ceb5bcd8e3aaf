"""One function or method made into a candidate, or the reason why it can't be one.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from codeiod.teachers.builtin.analysis.docs import Doc, read_doc, words_of
from codeiod.teachers.builtin.analysis.drops import drops_of
from codeiod.teachers.builtin.analysis.effort import is_trivial, logic_in
from codeiod.teachers.builtin.analysis.examples import Calls
from codeiod.teachers.builtin.analysis.nodes import (
    LINKS,
    SURE_NAMES,
    USUAL_NAMES,
    VALUES,
    Kind,
    kind_of,
)
from codeiod.teachers.builtin.analysis.printing import (
    COLLECTOR,
    Printed,
    Unprintable,
    has_result,
    is_generator,
    prints_in,
    returned,
)
from codeiod.teachers.builtin.analysis.purity import Outside, hindrance
from codeiod.teachers.builtin.analysis.scopes import (
    FUNCTIONS,
    Function,
    globals_declared,
    names_stored,
    own_nodes,
)
from codeiod.teachers.builtin.analysis.slicing import (
    IMPORTS,
    Closure,
    Slicer,
    Unfit,
    methods_of,
    written,
)
from codeiod.teachers.builtin.analysis.survey import Survey, mutated_names
from codeiod.teachers.builtin.analysis.telling import summary_for
from codeiod.teachers.builtin.analysis.usage import (
    Use,
    changed_through_calls,
    says_yes_or_no,
    uses_of,
)
from codeiod.teachers.builtin.analysis.wellknown import (
    ARRAY_ATTRIBUTES,
    BUILTINS,
    VALUE_ATTRIBUTES,
    words,
)
from codeiod.teachers.builtin.analysis.wrapping import Wrapper, free_name, snake
from codeiod.teachers.builtin.candidates import Candidate, Parameter
from codeiod_prompts import ENTRY_POINT, GENERATOR

FINE_BASES = frozenset(
    {"object", "ABC", "Exception", "ValueError", "Enum", "NamedTuple", "Generic"}
)
FRESH_DEFAULTS = words("memo cache visited seen path res result results acc dp lookup")
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.Call)


@dataclass(slots=True)
class File:
    """One file under analysis, with what is computed once for all its functions."""

    survey: Survey
    slicers: dict[bool, Slicer] = field(default_factory=dict)
    calls: Calls = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(self.survey.module)

    def slicer(self, *, prints: bool) -> Slicer:
        """Return what finds closures; ``prints``: the prints are left out."""
        if prints not in self.slicers:
            self.slicers[prints] = Slicer(self.survey, drops_of(self.survey, prints=prints))
        return self.slicers[prints]


@dataclass(frozen=True, slots=True)
class Made:
    """A candidate, the function that it was made of, and the functions that it leans on."""

    candidate: Candidate
    function: Function
    leans_on: tuple[Function, ...]


def candidate_of(file: File, function: Function, owner: ast.ClassDef | None) -> Made:
    """Make a candidate of a function of the module or of a method of a class.

    :raises Unfit: it can't be called with plain values for a value that hangs on them alone.
    """
    _refuse_by_kind(function, owner)
    target = _Target(file, function, owner)
    return Made(target.candidate(), function, tuple(target.closure.functions()))


def _refuse_by_kind(function: Function, owner: ast.ClassDef | None) -> None:
    if isinstance(function, ast.AsyncFunctionDef):
        raise Unfit("is asynchronous")
    bases = [ast.unparse(b).split(".")[-1] for b in owner.bases] if owner else []
    if function.name.lower().startswith("test") or "TestCase" in bases:
        raise Unfit("is a test")
    if owner and function.name.startswith("__"):
        raise Unfit("is a special method")
    if {_name_of(d) for d in function.decorator_list} & {"property", "abstractmethod", "setter"}:
        raise Unfit("is a property or abstract")
    if function.name in (ENTRY_POINT, GENERATOR):
        raise Unfit(f"is already called {function.name}")


def _name_of(decorator: ast.expr) -> str:
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    return inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")


class _Target:
    """The making of one candidate, step by step."""

    def __init__(self, file: File, function: Function, owner: ast.ClassDef | None) -> None:
        self.file, self.function, self.owner = file, function, owner
        self.survey = file.survey
        self.has_result = has_result(function)
        self.slicer = file.slicer(prints=self.has_result)
        self.dropped = self.slicer.drops.dropped
        self.closure: Closure = self.slicer.closure(function, owner)
        self.kind = kind_of(self.closure.attributes, self._classes(), self.closure.missing)
        if self.kind and not self.kind.own:
            node = self._classes()[self.kind.name]
            self.closure = self.slicer.closure(function, owner, also=node)
        self.pieces = self.closure.pieces(self.slicer.drops)
        self.doc = read_doc(ast.get_docstring(function) or "", _names(function))
        self.printed = Printed((), False, "")
        self.prints = False
        self.selected = ""

    def candidate(self) -> Candidate:
        self._refuse_impure()
        self._turn_prints()
        wrapper = self._wrapper()
        if not wrapper.parameters:
            raise Unfit("takes no arguments")
        source = self._source(wrapper)
        told = summary_for(self.survey, self.function, self.owner, self.doc)
        generic = self.doc.returns if not self.function.returns else ""
        return Candidate(
            source=source,
            target=wrapper.name if wrapper.needed else self.function.name,
            parameters=tuple(wrapper.parameters),
            returns="list" if wrapper.each[0] else self._returns() or generic,
            doc=told,
            title=self._title(),
            examples=self._examples(wrapper),
            result_is_printed=self.prints,
            score=self._score(wrapper),
            wrapped=wrapper.needed,
            each=wrapper.each[0],
        )

    # What is against it

    def _refuse_impure(self) -> None:
        own = self.survey.bound.keys() - set(self.survey.modules)
        names = frozenset(self.closure.names - own) - ({"print"} - set(self.survey.modules))
        outside = Outside(self.survey.modules, names | self._shadowless_prints())
        if why := hindrance(self.pieces, outside, self.dropped):
            raise Unfit(why)
        if strange := self._state_of_others():
            raise Unfit(f"needs `self.{strange}`, which another method sets")
        missing = self.closure.missing - globals_declared(self.pieces)
        if self.kind and self.kind.own:
            missing -= {self.kind.name}
        if missing:
            raise Unfit(f"uses `{min(missing)}`, which the file does not define")
        if {ENTRY_POINT, GENERATOR} & {n for s in self.closure.statements for n in _binds(s)}:
            raise Unfit(f"leans on a function called {ENTRY_POINT}")
        if is_trivial(self.pieces, self.dropped):
            raise Unfit("is too small to ask about")

    def _state_of_others(self) -> str:
        """Return an attribute that the method reads of its object and that nothing kept sets."""
        if self.owner is None or self._strange_base():
            return ""
        kept = [m for m in self.closure.methods if m in methods_of(self.owner)]
        stored, read = set[str](), set[str]()
        for node in [n for m in kept for n in ast.walk(m) if n not in self.dropped]:
            match node:
                case ast.Attribute(value=ast.Name(id="self"), attr=attribute, ctx=ast.Load()):
                    read.add(attribute)
                case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
                    stored.add(attribute)
        held = stored | names_stored(self.owner.body)
        return min(read - held - {"__class__", "__dict__"}, default="")

    def _strange_base(self) -> bool:
        assert self.owner is not None
        return any(ast.unparse(b) not in FINE_BASES for b in self.owner.bases)

    def _shadowless_prints(self) -> set[str]:
        """Where prints are left out, one that is left stands where it can't be taken out."""
        return {"print"} if self.has_result else set()

    def _turn_prints(self) -> None:
        if self.has_result:
            return
        self.prints = bool(prints_in(self.pieces))
        if self.prints:
            recursive = self._called_by_itself()
            try:
                self.printed = returned(
                    self.survey.text, self.function, self.pieces, recursive=recursive
                )
            except Unprintable as error:
                raise Unfit(str(error)) from None

    def _called_by_itself(self) -> bool:
        name = self.function.name
        nodes = [n for piece in self.pieces for n in ast.walk(piece)]
        return any(
            (isinstance(n, ast.Name) and n.id == name and self.owner is None)
            or (isinstance(n, ast.Attribute) and n.attr == name and self.owner is not None)
            for n in nodes
        )

    # The wrapper

    def _wrapper(self) -> Wrapper:
        taken = set(self.survey.bound) & (self.closure.names | {self.function.name})
        taken |= {c.name for c in self._kept_classes()} | {COLLECTOR, ENTRY_POINT, GENERATOR}
        wrapper = Wrapper("", self.function.name, taken)
        if self.kind:
            wrapper.taken |= {self.kind.build, self.kind.read, self.kind.name}
        self._set_afresh(wrapper)
        if self.owner:
            self._make_object(wrapper)
        self._take_arguments(wrapper)
        self._find_result(wrapper)
        self._select(wrapper)
        wrapper.name = free_name(
            snake(self.function.name),
            {*self.survey.bound, *BUILTINS, *taken, *self._inputs(wrapper)},
        )
        return wrapper

    def _inputs(self, wrapper: Wrapper) -> set[str]:
        return {p.name for p in wrapper.parameters}

    def _set_afresh(self, wrapper: Wrapper) -> None:
        """Set what functions change of the module to its first value before each call."""
        for name in sorted(self._state()):
            meaning = self.survey.meaning(name)
            if (
                isinstance(meaning, ast.Assign | ast.AnnAssign)
                and meaning in self.closure.statements
            ):
                wrapper.state.append(name)
                wrapper.before.append(ast.unparse(meaning))
                wrapper.needed = True
        if self.printed.shared:
            wrapper.before.append(f"{COLLECTOR}.clear()")

    def _state(self) -> set[str]:
        """Return the names of the module that the kept functions bind or change."""
        functions = self.closure.functions()
        changed = globals_declared(functions)
        for function in functions:
            free = self.slicer.facts(function).names
            nodes = [n for n in ast.walk(function) if n not in self.dropped]
            changed |= {m for n in nodes for m in mutated_names(n) if m in free}
        return changed & self.survey.bound.keys()

    def _make_object(self, wrapper: Wrapper) -> None:
        assert self.owner is not None
        decorators = {_name_of(d) for d in self.function.decorator_list}
        if decorators & {"staticmethod", "classmethod"}:
            wrapper.callee = f"{self.owner.name}.{self.function.name}"
            wrapper.needed = True
            return
        first = self.function.args.args[:1]
        if not first or first[0].arg not in ("self", "cls", "this"):
            raise Unfit("is a method without self")
        wrapper.needed = True
        init = self._init()
        made = self.owner.name
        if init is None or len(init.args.args) <= 1:
            arguments = ""
        else:
            arguments = self._arguments_of(wrapper, init)
        name = free_name(
            snake(made), {*wrapper.taken, *_names(self.function), *self._inputs(wrapper)}
        )
        wrapper.taken.add(name)
        wrapper.before.append(f"{name} = {made}({arguments})")
        wrapper.before += [f"{name}.{line}" for line in self._class_state()]
        wrapper.callee = f"{name}.{self.function.name}"

    def _arguments_of(self, wrapper: Wrapper, init: Function) -> str:
        """Take the arguments of a constructor as the function's own."""
        inner = Wrapper("", "", wrapper.taken, wrapper.parameters)
        doc = read_doc(
            (ast.get_docstring(init) or "") + "\n" + (ast.get_docstring(self.owner) or ""),  # type: ignore[arg-type]  # _make_object asserts it
            _names(init),
        )
        self._take(inner, init, doc, skip=1)
        return ", ".join(inner.arguments)

    def _init(self) -> Function | None:
        assert self.owner is not None
        seen, current = set[str](), self.owner
        while current.name not in seen:
            seen.add(current.name)
            for method in methods_of(current):
                if method.name == "__init__":
                    return method
            bases = [ast.unparse(b).split(".")[-1].split("[")[0] for b in current.bases]
            if (
                "dataclass" in {_name_of(d) for d in current.decorator_list}
                or "NamedTuple" in bases
            ):
                raise Unfit("is a method of a record")
            known = self.survey.classes()
            if strange := [b for b in bases if b not in FINE_BASES and b not in known]:
                raise Unfit(f"extends {strange[0]}, which the file does not define")
            inherited = [known[b] for b in bases if b in known]
            if not inherited:
                return None
            current = inherited[0]
        return None

    def _class_state(self) -> list[str]:
        """Write the assignments that give an object its own copy of its class's tables."""
        assert self.owner is not None
        lines = list[str]()
        for statement in self.owner.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(
                    value, MUTABLE
                ):
                    if name in self.closure.attributes and _is_fresh(value):
                        lines.append(f"{name} = {ast.unparse(value)}")
        return lines

    def _take_arguments(self, wrapper: Wrapper) -> None:
        bound = self.owner is not None and "staticmethod" not in {
            _name_of(d) for d in self.function.decorator_list
        }
        self._take(wrapper, self.function, self.doc, skip=int(bound))

    def _take(self, wrapper: Wrapper, function: Function, doc: Doc, skip: int) -> None:
        arguments, uses = function.args, uses_of(function, self.dropped)
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        for argument, default in list(zip(positional, defaults, strict=True))[skip:]:
            self._take_one(wrapper, argument, default, uses[argument.arg], doc, "{0}")
        if arguments.vararg:
            told = Parameter(
                arguments.vararg.arg, "list", None, doc.told.get(arguments.vararg.arg, "")
            )
            wrapper.take(told, "*{0}")
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            by_name = f"{argument.arg}={{0}}"
            self._take_one(wrapper, argument, default, uses[argument.arg], doc, by_name)

    def _take_one(
        self, wrapper: Wrapper, argument: ast.arg, default: ast.expr | None, use: Use, doc: Doc,
        passed: str,
    ) -> None:  # fmt: skip
        by_name = f"{argument.arg}={{0}}"
        if default is not None and (not use.loaded or _is_accumulator(argument.arg, default)):
            wrapper.needed = True
            if _is_fresh(default):
                wrapper.arguments.append(by_name.format(ast.unparse(default)))
            return
        if not use.loaded:
            wrapper.needed = True
            wrapper.arguments.append("None")
            return
        passed = by_name if "=" in "".join(wrapper.arguments) else passed
        node = self._node_argument(argument, use, doc)
        if node:
            told = Parameter(argument.arg, node.annotation, None, node.told)
            wrapper.take(told, passed.format(f"{node.build}({{0}})"))
            return
        annotation = self._annotation(argument, use, doc)
        source = ast.unparse(default) if default is not None else None
        wrapper.take(
            Parameter(argument.arg, annotation, source, doc.told.get(argument.arg, "")), passed
        )

    def _node_argument(self, argument: ast.arg, use: Use, doc: Doc) -> Kind | None:
        if self.kind is None:
            return None
        noted = argument.annotation not in self.dropped if argument.annotation else False
        told = (
            ast.unparse(argument.annotation)
            if argument.annotation
            else doc.types.get(argument.arg, "")
        )
        if told and (noted or not argument.annotation):
            return self.kind if self.kind.name in told or "Node" in told else None
        linked = use.attributes & LINKS
        values = use.attributes & set(VALUES)
        sure = argument.arg.lower() in SURE_NAMES and not use.attributes - LINKS - set(VALUES)
        usual = argument.arg.lower() in USUAL_NAMES
        named = any(word in argument.arg.lower() for word in ("root", "head", "node", "tree"))
        plain = not use.attributes - LINKS - set(VALUES)
        return self.kind if linked or (values and usual) or sure or (named and plain) else None

    def _annotation(self, argument: ast.arg, use: Use, doc: Doc) -> str:
        note = argument.annotation
        told = ast.unparse(note) if note and note not in self.dropped else ""
        told = told or doc.types.get(argument.arg, "")
        if use.called and "Callable" not in told:
            raise Unfit("takes a function")
        if "Callable" in told or "Node" in told:
            raise Unfit("takes functions or objects")
        strange = use.attributes - VALUE_ATTRIBUTES
        if strange and strange <= ARRAY_ATTRIBUTES and "numpy" in self._modules_used():
            return told or "np.ndarray"
        if strange:
            raise Unfit(f"takes an object with `.{min(strange)}`")
        if told in self._classes():
            raise Unfit(f"takes an object of the class {told}")
        return told

    def _modules_used(self) -> set[str]:
        return {
            d.partition(".")[0] for n, d in self.survey.modules.items() if n in self.closure.names
        }

    # The result

    def _find_result(self, wrapper: Wrapper) -> None:
        if is_generator(self.function):
            wrapper.converted, wrapper.needed = "list({0})", True
        elif self.has_result:
            self._convert_nodes(wrapper)
        elif self.printed.shared:
            after = self.printed.result
            wrapper.after = f"list({COLLECTOR})" if after == COLLECTOR else after
            wrapper.needed = True
        elif not self.prints:
            wrapper.after, wrapper.needed = self._changed(wrapper), True

    def _select(self, wrapper: Wrapper) -> None:
        """Let a function that only says yes or no choose from several values.

        Two results are too few to ask about; which of some values pass is a better question.
        """
        fresh = (
            wrapper.state or wrapper.after or wrapper.converted != "{0}" or not wrapper.parameters
        )
        if fresh or not self.has_result or not self._says_yes_or_no():
            return
        changed = changed_through_calls(self.function, self.closure.functions(), self.dropped)
        if len(wrapper.parameters) == 1 or not changed:
            made, _, method = wrapper.callee.partition(".")
            if self.owner and method and made != self.owner.name:
                if len(wrapper.before) != 1:
                    return
                wrapper.callee = f"{wrapper.before.pop().partition(' = ')[2]}.{method}"
            self.selected = wrapper.parameters[-1].name
            wrapper.select()

    def _says_yes_or_no(self) -> bool:
        return says_yes_or_no(self.function, self._returns(), self.closure.functions())

    def _convert_nodes(self, wrapper: Wrapper) -> None:
        if self.kind is None or not self._may_return_node():
            return
        wrapper.needed = True
        wrapper.converted = f"{self.kind.read}({{0}})"

    def _may_return_node(self) -> bool:
        assert self.kind is not None
        told = ast.unparse(self.function.returns) if self.function.returns else self.doc.returns
        if told:
            return self.kind.name in told and "ist[" not in told
        links = LINKS if self.kind.tree else {"next"}
        nodes = [n.value for n in own_nodes(self.function) if isinstance(n, ast.Return) and n.value]
        names = {n.id for n in nodes if isinstance(n, ast.Name)}
        if any(isinstance(n, ast.Attribute) and n.attr in links for n in nodes):
            return True
        return bool(names & self._node_names())

    def _node_names(self) -> set[str]:
        """Return the names that hold a node, as far as assignments show."""
        assert self.kind is not None
        found = {a.arg for a in self.function.args.args if a.arg.lower() in SURE_NAMES}
        for node in ast.walk(self.function):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr="next" | "left" | "right"):
                    found.add(name)
                case ast.Assign(
                    targets=[ast.Attribute(attr="next" | "left" | "right")], value=ast.Name(id=name)
                ):
                    found.add(name)
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made))
                ):
                    found |= {name} if made == self.kind.name else set()
        return found

    def _changed(self, wrapper: Wrapper) -> str:
        """Write what a function without a result has changed."""
        changed = changed_through_calls(self.function, self.closure.functions(), self.dropped)
        here = [p.name for p in wrapper.parameters if p.name in changed]
        if self.kind and here and any(f"{self.kind.build}({n})" in wrapper.arguments for n in here):
            raise Unfit("changes its nodes and returns nothing")
        if here:
            return here[0] if len(here) == 1 else f"[{', '.join(here)}]"
        if self.owner and "." in wrapper.callee and (kept := self._attributes_changed()):
            made = wrapper.callee.partition(".")[0]
            if len(kept) == 1:
                return f"{made}.{kept[0]}"
            return "{" + ", ".join(f'"{k}": {made}.{k}' for k in kept) + "}"
        raise Unfit("returns nothing, prints nothing and changes nothing")

    def _attributes_changed(self) -> list[str]:
        found = dict[str, None]()
        for node in ast.walk(self.function):
            match node:
                case ast.Attribute(value=ast.Name(id="self"), attr=attribute, ctx=ast.Store()):
                    found[attribute] = None
                case ast.Subscript(
                    value=ast.Attribute(value=ast.Name(id="self"), attr=attribute), ctx=ast.Store()
                ):
                    found[attribute] = None
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(value=ast.Name(id="self"), attr=attribute)
                    )
                ):
                    found[attribute] = None
        methods = {m.name for m in self.closure.methods}
        return [name for name in found if name not in methods]

    # The text

    def _source(self, wrapper: Wrapper) -> str:
        text = written(self.slicer, self.closure, self.printed.edits)
        parts = list[str]()
        kind = self.kind
        used = kind and any(f"{kind.build}(" in a for a in wrapper.arguments + wrapper.before)
        makes = kind and kind.own and (used or kind.name in self.closure.names)
        if kind and makes:
            text = _after_imports(text, kind.class_text())
        if kind and used:
            parts.append(kind.build_text())
        if kind and kind.read in wrapper.converted:
            parts.append(kind.read_text())
        if self.printed.shared:
            text = _after_imports(text, f"{COLLECTOR} = []\n")
        if wrapper.needed:
            parts.append(wrapper.text())
        return "\n\n".join([text, *parts])

    def _returns(self) -> str:
        note = self.function.returns
        if note is None or note in self.dropped or not self.has_result:
            return ""
        return ast.unparse(note)

    def _title(self) -> str:
        own = words_of(self.function.name)
        if own in ("solve", "solution", "main", "run", "func", "f", "calculate", "compute", "call"):
            return (
                words_of(self.owner.name) if self.owner and self.owner.name != "Solution" else own
            )
        return own

    def _examples(self, wrapper: Wrapper) -> tuple[Mapping[str, str], ...]:
        if len(_names(self.function)) != len(wrapper.parameters):
            return ()
        names = _names(self.function)
        renamed = dict(zip(names, [p.name for p in wrapper.parameters], strict=True))
        found = self.file.calls.of(self.function.name, names)
        plural = wrapper.each[0]
        return tuple(
            {renamed[k]: f"[{v}]" if renamed[k] == plural else v for k, v in example.items()}
            for example in found
        )

    def _score(self, wrapper: Wrapper) -> float:
        weight = min(logic_in(self.pieces, self.dropped), 60.0)
        own = min(logic_in([self.function], self.dropped), 30.0)
        known = sum(bool(p.annotation) for p in wrapper.parameters) / len(wrapper.parameters)
        shown = 3.0 if self._examples(wrapper) else 0.0
        return weight + own + 6 * known + shown - 2 * max(0, len(wrapper.parameters) - 3)

    def _classes(self) -> Mapping[str, ast.ClassDef]:
        return self.survey.classes()

    def _kept_classes(self) -> list[ast.ClassDef]:
        return [s for s in self.closure.statements if isinstance(s, ast.ClassDef)]


def _names(function: Function) -> list[str]:
    """Return the names of all parameters but ``self``."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in every if a.arg not in ("self", "cls", "this")]


def _binds(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, IMPORTS):
        return [a.asname or a.name for a in statement.names]
    return []


def _is_fresh(node: ast.expr) -> bool:
    """Whether an expression makes a new container each time."""
    match node:
        case ast.Call(
            func=ast.Name(id="list" | "dict" | "set" | "defaultdict" | "Counter" | "deque")
        ):
            return True
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp)


def _is_accumulator(name: str, default: ast.expr) -> bool:
    """Whether a parameter is there for the function's own recursion alone."""
    empty = (
        isinstance(default, ast.List | ast.Dict | ast.Set)
        and not list(ast.iter_child_nodes(default))[1:]
    )
    none = isinstance(default, ast.Constant) and default.value is None
    call = isinstance(default, ast.Call)
    return empty or call or (none and name.strip("_").lower() in FRESH_DEFAULTS)


def _after_imports(text: str, part: str) -> str:
    """Put a part behind the imports that a module begins with."""
    lines, at = text.split("\n"), 0
    while at < len(lines) and lines[at].startswith(("import ", "from ")):
        at += 1
    head = "\n".join(lines[:at])
    return (
        "\n\n\n".join(p.strip("\n") for p in (head, part, "\n".join(lines[at:])) if p.strip())
        + "\n"
    )
