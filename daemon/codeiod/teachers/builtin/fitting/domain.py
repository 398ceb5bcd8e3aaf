"""What an argument may be at all: what annotation, name and docstring say holds for every shape.

Imports ``candidates`` and its neighbours; pure. A program may well take other values, but a reader
who knows what an argument is called would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codeiod.teachers.builtin.candidates import Candidate, Parameter
from codeiod.teachers.builtin.fitting.annotations import ANY, Kind, kind_of_annotation
from codeiod.teachers.builtin.fitting.containers import (
    List,
    Matrix,
    Object,
    Pair,
    Record,
    Rotated,
    Span,
    Spans,
)
from codeiod.teachers.builtin.fitting.evidence import Cell, Use
from codeiod.teachers.builtin.fitting.shapes import AS_IT_IS, Bool, Choice, Float, Int, Shape, Tied
from codeiod.teachers.builtin.fitting.texts import Text, Words
from codeiod.teachers.builtin.fitting.trees import Tree
from codeiod.teachers.builtin.fitting.vocabulary import is_plural, kind_of_name

A_TEXT: Kind = "str"
A_LIST: Kind = ("list", ANY)
_TEXTS = frozenset({"string", "text", "word", "sentence", "phrase", "paragraph", "message"})
_MADE = re.compile(
    r"\b(?:returns?|returned|gets?|into|produces?|makes?|creates?|outputs?|prints?|as|to)\b"
    r"\W+(?:\w+\W+){0,2}?(?:sorted|ascending|increasing)\b[^.]*"
)
"""A list is sorted here that is made, and not given."""
_SORTED = re.compile(
    r"\b(?:sorted|ascending|non-?decreasing|increasing)\b[\w\s,()-]{0,24}"
    r"\b(?:arrays?|lists?|nums|matrix|sequences?|integers|numbers|letters)\b"
    r"|\b(?:arrays?|lists?|nums|numbers)\b[^.]{0,30}\b(?:is|are|be|already)\b[^.]{0,9}\bsorted\b"
    r"|\bbinary search\b(?! tree)"
)
_NOT_SORTED = re.compile(
    r"rotated|unsorted|not sorted|descending|\b(?:whether|if|check\w*)\b[^.]*\bsorted\b"
)
_ROTATED = re.compile(r"\bin (?:an? )?rotated?(?: sorted)? array|\brotated sorted\b")
_INTERVALS = re.compile(r"\b(?:intervals?|meetings?|time ranges?)\b|\b\w+ <= \w+\b")


@dataclass(frozen=True, slots=True)
class Domain:
    """What is said of an argument.

    :param kind: the kind that all of its values are of.
    :param is_sorted: whether a list stands in ascending order.
    :param is_rotated: whether it stands so but for some members moved from the start to the end.
    :param has_spans: whether pairs in it reach from the lower to the higher.
    :param is_text: whether it may be a text; a list of something else never is.
    """

    kind: Kind = ANY
    is_sorted: bool = False
    is_rotated: bool = False
    has_spans: bool = False
    is_text: bool = True

    def within(self, shapes: Iterable[Shape]) -> Iterator[Shape]:
        """Give those shapes that lie within it, in the form that it asks for."""
        for shape in shapes:
            kind = kind_of(shape)
            if agree(kind, self.kind) and (self.is_text or kind != A_TEXT):
                yield self._formed(shape)

    def _formed(self, shape: Shape) -> Shape:
        if self.has_spans:
            shape = _spanning(shape)
        if self.is_rotated and isinstance(shape, List) and isinstance(shape.member, Int):
            return Rotated(replace(shape, is_sorted=True))
        return _sorted(shape) if self.is_sorted else shape


def domain_of(candidate: Candidate, parameter: Parameter, cell: Cell) -> Domain:
    """Read what is said of an argument: its annotation first, then what it is called."""
    kind = kind_of_annotation(parameter.annotation)
    walked = cell.uses[Use.ITERATED] or cell.uses[Use.INDEXED] or cell.uses[Use.SIZED]
    if kind in ("int", "float", "bool") and walked:
        kind = ANY  # a docstring that is wrong
    if kind == ANY:
        kind = _named_kind(parameter, cell)
    return Domain(
        kind,
        _is_sorted(candidate, parameter),
        bool(_ROTATED.search(f"{candidate.title}. {candidate.doc}. {parameter.told}".lower())),
        _has_spans(candidate, parameter, cell),
        not _holds_more(parameter.name, cell),
    )


def _named_kind(parameter: Parameter, cell: Cell) -> Kind:
    name, told, uses = parameter.name.lower().strip("_"), parameter.told.lower(), cell.uses
    is_number = bool(uses[Use.NUMBER] or uses[Use.COUNT])
    is_changed = bool(uses[Use.CHANGED] or uses[Use.MAPPING] or uses[Use.SET])
    if name in _TEXTS and not is_number and not is_changed:
        return A_TEXT
    if re.search(r"\b(?:list|array)\b", told):
        return ANY if re.search(r"\b(?:str|string|text)\b", told) else A_LIST
    if re.search(r"\b(?:str|string|text)\b", told) and not is_number and not is_changed:
        return A_TEXT
    return ANY


def _holds_more(name: str, cell: Cell) -> bool:
    """Say whether a value holds something else than characters."""
    is_text = cell.uses[Use.TEXT] or any(isinstance(c, str) for c in cell.constants)
    member = cell.member
    if is_text or (member and member.uses[Use.CHARACTER]):
        return False
    if member and (len(member.places) > 1 or member.keys or member.uses[Use.NUMBER]):
        return True
    return bool(cell.uses[Use.ITERATED]) and is_plural(name)


def _is_sorted(candidate: Candidate, parameter: Parameter) -> bool:
    name, own = parameter.name.lower(), parameter.told.lower()
    if "sorted" in name:
        return "unsorted" not in name
    if _says_sorted(own):
        return True
    others = [p for p in candidate.parameters if _says_sorted(p.told.lower())]
    first = re.split(r"[.?!](?:\s|$)", candidate.doc, maxsplit=1)[0]
    return not others and _says_sorted(f"{candidate.title}. {first}".lower())


def _says_sorted(text: str) -> bool:
    if _NOT_SORTED.search(text):
        return False
    return bool(_SORTED.search(_MADE.sub(" ", text)))


def _has_spans(candidate: Candidate, parameter: Parameter, cell: Cell) -> bool:
    name = parameter.name.lower()
    if kind_of_name(name) == "intervals" or "interval" in name:
        return True
    said = f"{candidate.title}. {candidate.doc}. {parameter.told}".lower()
    holds_pairs = parameter.annotation.lower().startswith(("list[list[int", "list[tuple[int"))
    unpacked = cell.member is not None and len(cell.member.places) == 2
    return bool(_INTERVALS.search(said)) and (holds_pairs or unpacked)


def _spanning(shape: Shape) -> Shape:
    """Let the inner pairs of a list reach from the lower to the higher."""
    match shape:
        case List(member=List(member=Int() as ends, outer=outer)):
            return replace(shape, member=_span_of(ends, outer))
        case List(member=Pair(members=(Int() as ends, Int()), outer=outer)):
            return replace(shape, member=_span_of(ends, outer))
        case Matrix(member=Int() as ends, outer=outer):
            return List(_span_of(ends, AS_IT_IS), 1, 6, outer=outer)
        case List(member=Int() as ends, shortest=2, longest=2, outer=outer):
            return _span_of(ends, outer)
    return shape


def _span_of(ends: Int, outer: str) -> Span:
    return Span(ends.low, max(ends.high, ends.low + 4), outer)


def _sorted(shape: Shape) -> Shape:
    match shape:
        case List(member=List() as inner) if inner.longest > 2:
            return replace(shape, member=_sorted(inner))
        case List(member=Int() | Float() | Words() | Text() | List()):
            return replace(shape, is_sorted=True)
        case Matrix(member=member, outer=outer):
            return List(List(member, 1, 5, is_sorted=True), 2, 4, outer=outer)
        case Tied(likely=List() as likely, drawn=drawn):
            told = f"{shape.meant}, in ascending order"
            return replace(shape, drawn=f"sorted({drawn})", meant=told, likely=_sorted(likely))
    return shape


def kind_of(shape: Shape) -> Kind:
    """Say of what kind the values of a shape are."""
    match shape:
        case Tied(likely=inner) | Rotated(member=inner):
            return kind_of(inner)
        case Int() | Float() | Bool():
            return type(shape).__name__.lower()
        case Choice(values=values):
            return type(values[0]).__name__
        case Text() | Words():
            return A_TEXT
        case Tree():
            return "tree"
        case Matrix(member=member):
            return ("list", ("list", kind_of(member)))
        case List(member=member):
            return ("list", kind_of(member))
        case Pair() | Span() | Spans():
            return A_LIST
        case Record() | Object():
            return "dict"
    return ANY


def agree(kind: Kind, wanted: Kind) -> bool:
    """Say whether values of a kind are of a wanted kind as well."""
    if ANY in (kind, wanted) or kind == wanted:
        return True
    if isinstance(kind, tuple) and isinstance(wanted, tuple):
        return agree(kind[1], wanted[1])
    return wanted == "float" and kind == "int"
