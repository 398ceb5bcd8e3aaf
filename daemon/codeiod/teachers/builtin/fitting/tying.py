"""Values that hang on an argument drawn before: members, sizes, pieces, the same form. Pure.

Imports ``candidates`` and its neighbour ``shapes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codeiod.teachers.builtin.candidates import Parameter
from codeiod.teachers.builtin.fitting.containers import List, Matrix, Pair, Rotated
from codeiod.teachers.builtin.fitting.shapes import Bool, Float, Int, Shape, Tied
from codeiod.teachers.builtin.fitting.texts import Text, Words
from codeiod.teachers.builtin.fitting.trees import Tree


def tied_to(likely: Sequence[Shape], earlier: Sequence[tuple[str, Shape]]) -> list[Shape]:
    """Give values that hang on an argument drawn before: a list, a text, a number."""
    kind = likely[0] if likely else Int()
    made: list[Shape] = []
    for name, drawn in earlier[-2:]:
        other = drawn.member if isinstance(drawn, Rotated) else drawn
        if isinstance(other, Int | Float | Bool):
            made += _near(name, kind, other) if isinstance(kind, Int | Float) else []
        elif isinstance(kind, Text | Words):
            made += _texts_like(name) if isinstance(other, Text | Words) else []
            made += _members_of(name, other, kind)
        elif isinstance(kind, Matrix):
            made += _as_wide(kind, name) if isinstance(other, Matrix) else []
        elif isinstance(kind, List):
            made += _as_long(kind, name)
        else:
            made += [*_members_of(name, other, kind), *_sizes_of(name, other)]
            made += _as_long(List(Int()), name)
    return made


def operations_of(shape: Shape, earlier: Sequence[tuple[str, Shape]]) -> Shape:
    """Return a list of operations that meet what earlier ones left: many, on few values.

    Numbers reach up to a size that was drawn before, so that few of them are out of range.
    """
    if not isinstance(shape, List) or not isinstance(shape.member, Pair):
        return shape
    sizes = [name for name, other in earlier if isinstance(other, Int)]
    number: Shape = Int(0, 9)
    if sizes:
        drawn = f"random.randint(0, {sizes[0]})"
        number = Tied(drawn, f"an integer from 0 to `{sizes[0]}`", Int(0, 9))
    members = shape.member.members[:1] + tuple(
        number if isinstance(one, Int) else Text("abc", 1, 3) if _is_text(one) else one
        for one in shape.member.members[1:]
    )
    return replace(shape, member=replace(shape.member, members=members), shortest=3, longest=10)


def _is_text(shape: Shape) -> bool:
    return isinstance(shape, Text | Words)


_TIED_NAMES = (
    (("k", "kth", "window", "pos", "position"), "an integer from 1"),
    (("index", "idx", "i", "pivot_index"), "an index into"),
    (("n", "m", "size", "length"), "the length of"),
    (("target", "val", "value", "item", "key", "elem", "element", "query", "num"), "mostly a"),
    (("end", "high", "right", "stop", "upper", "hi", "maximum", "highest"), "an integer not below"),
)


def is_named(tied: Shape, parameter: Parameter) -> bool:
    """Say whether a number's name tells how it hangs on what was drawn before."""
    name = parameter.name.lower()
    return any(name in names and tied.told().startswith(told) for names, told in _TIED_NAMES)


def _near(name: str, kind: Shape, other: Shape) -> list[Shape]:
    if isinstance(kind, Float) or isinstance(other, Float):
        drawn = f"round({name} + random.uniform(0, 10), 2)"
        return [Tied(drawn, f"a number not below `{name}`", Float())]
    return [
        Tied(f"{name} + random.randint(0, 10)", f"an integer not below `{name}`"),
        Tied(f"random.randint(1, max(1, {name}))", f"an integer from 1 to `{name}`"),
    ]


def _members_of(name: str, other: Shape, kind: Shape) -> list[Shape]:
    """Give mostly members of a list, else values of the kind that they have."""
    if not isinstance(other, List) or type(other.member) is not type(kind):
        return []
    some = other.member.expression()
    drawn = f"random.choice({name}) if {name} and random.random() < 0.6 else {some}"
    if other.shortest:
        drawn = drawn.replace(f"if {name} and", "if")
    return [Tied(drawn, f"mostly a member of `{name}`", other.member)]


def _sizes_of(name: str, other: Shape) -> list[Shape]:
    if isinstance(other, Tree):
        drawn = f"random.randint(1, len({name}) - {name}.count(None))"
        return [Tied(drawn, f"an integer from 1 to the number of nodes of `{name}`")]
    made = [
        Tied(f"random.randint(1, len({name}))", f"an integer from 1 to the length of `{name}`"),
        Tied(f"random.randrange(len({name}))", f"an index into `{name}`"),
        Tied(f"len({name})", f"the length of `{name}`"),
    ]
    if isinstance(other, List) and isinstance(other.member, Int):
        drawn = f"sum(random.sample({name}, min(2, len({name})))) + random.randint(0, 1)"
        made.append(Tied(drawn, f"close to the sum of two members of `{name}`"))
    return [*made]


def _as_long(shape: List, name: str) -> list[Shape]:
    drawn = f"[{shape.member.expression()} for _ in {name}]"
    told = f"a list of as many members as `{name}` has, each {shape.member.told()}"
    return [Tied(drawn, told, shape, shape.conversion)]


def _as_wide(shape: Matrix, name: str) -> list[Shape]:
    member = shape.member.expression()
    same = f"[[{member} for _ in row] for row in {name}]"
    rows = f"[[{member} for _ in {name}] for _ in {name}[0]]"
    return [
        Tied(same, f"of the same form as `{name}`, each {shape.member.told()}", shape, shape.outer),
        Tied(
            rows,
            f"as many rows as `{name}` has columns, as many columns as `{name}` has rows,"
            f" each {shape.member.told()}",
            shape,
            shape.outer,
        ),
    ]


def _texts_like(name: str) -> list[Shape]:
    start = f"random.randrange(len({name}) or 1)"
    return [
        Tied(f"{name}[{start} :][: random.randint(1, 3)]", f"a short piece of `{name}`", Text()),
        Tied(
            f'"".join(random.sample({name}, len({name})))',
            f"the characters of `{name}` in another order",
            Text(),
        ),
    ]
