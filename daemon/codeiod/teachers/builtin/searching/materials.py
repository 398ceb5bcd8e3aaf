"""Values that are made of the wanted output, for an argument of another kind than the output.

Imports its neighbour ``mutation``; pure. Where no relation shows, what the output is made of is the
best material for an input: its keys, its members, its numbers, its words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from codeiod.teachers.builtin.searching.mutation import MAX_CHARACTERS, MAX_ITEMS, leaves

MAX_MATERIALS = 14
MAX_NUMBER = 10**15
_NUMBER = re.compile(r"-?\d{1,12}")

Made = tuple[Any, str]
"""A value, and how it is made of the wanted output: "the keys of the wanted output"."""


def materials(example: Any, wanted: Any) -> list[Made]:
    """Return values of the example's kind, the likeliest first."""
    if isinstance(example, bool):
        made: Iterator[Made] = iter(())
    elif isinstance(example, str):
        made = _texts(wanted)
    elif isinstance(example, int | float):
        made = _numbers(wanted, type(example))
    elif isinstance(example, list):
        made = _lists(example, wanted)
    else:
        made = iter(())
    return list(islice(_different(made), MAX_MATERIALS))


def _different(made: Iterator[Made]) -> Iterator[Made]:
    seen = set()
    for value, told in made:
        if repr(value) not in seen:
            seen.add(repr(value))
            yield value, told


def _texts(wanted: Any) -> Iterator[Made]:
    if isinstance(wanted, str):
        yield from _forms(wanted)
        return
    if isinstance(wanted, int | float | bool) or wanted is None:
        yield str(wanted), "the wanted output as a text"
        return
    texts = [leaf for leaf in leaves(wanted) if isinstance(leaf, str)]
    members = texts
    if isinstance(wanted, dict):
        members = list(wanted)
    if members:
        what = "keys" if isinstance(wanted, dict) else "members"
        if len(members) == 1:
            yield members[0], f"the only one of the {what} of the wanted output"
        for sign, how in ((" ", "joined by spaces"), ("", "in a row"), (", ", "joined by commas")):
            yield sign.join(members)[:MAX_CHARACTERS], f"the {what} of the wanted output, {how}"
        for index, which in ((-1, "last"), (0, "first")):
            column = "".join(text[index] for text in members if text)
            yield column[:MAX_CHARACTERS], f"the {which} characters of the {what}, in a row"
            plain = "".join(c for c in column if c.isalnum() or c == " ")
            yield plain[:MAX_CHARACTERS], f"the {which} characters of the {what}, without signs"
        for text in dict.fromkeys(members[:4]):
            yield text, f"one of the {what} of the wanted output"
    numbers = [leaf for leaf in leaves(wanted) if _is_number(leaf)]
    if numbers and not texts:
        yield "".join(map(str, numbers))[:MAX_CHARACTERS], "the numbers of the output in a row"
        yield " ".join(map(str, numbers))[:MAX_CHARACTERS], "the numbers of the output, with spaces"


def _forms(text: str) -> Iterator[Made]:
    yield text, "the wanted text itself"
    for made, told in (
        (text.lower(), "in small letters"),
        (text.upper(), "in capitals"),
        (text.title(), "with capitals first"),
        (text[::-1], "read backwards"),
        (text.replace(" ", ""), "without its spaces"),
        ("".join(dict.fromkeys(text)), "without repetitions"),
    ):
        yield made, f"the wanted text {told}"


def _numbers(wanted: Any, kind: type) -> Iterator[Made]:
    found = [leaf for leaf in leaves(wanted) if _is_number(leaf)]
    for leaf in leaves(wanted):
        if isinstance(leaf, str):
            found += [int(run) for run in _NUMBER.findall(leaf)]
    sums: list[Made] = []
    if len(found) > 1:
        sums = [(sum(found), "the sum of the numbers in the output")]
        sums += [(max(found), "the largest number in the output")]
        sums += [(math.prod(found[:8]), "the product of the numbers in the output")]
        rows = [row for row in wanted if isinstance(row, list)] if isinstance(wanted, list) else []
        if rows and all(_is_number(cell) for row in rows for cell in row):
            products = sum(math.prod(row) for row in rows)
            sums.append((products, "the sum of the products of the output's members"))
            if len({sum(row) for row in rows}) == 1:
                sums.insert(0, (sum(rows[0]), "what each member of the output adds up to"))
    if isinstance(wanted, list | str | dict):
        sums.append((len(wanted), "the length of the output"))
    what = "the wanted number itself" if _is_number(wanted) else "a number in the output"
    for value, told in (*sums, *((number, what) for number in found[:6])):
        if abs(value) < MAX_NUMBER and (kind is float or float(value).is_integer()):
            yield kind(value), told


def _lists(example: list[Any], wanted: Any) -> Iterator[Made]:
    kinds = {type(member) for member in example} - {type(None)} or {int, str}
    if list in kinds:
        yield from _rows(example, wanted)
        return
    sources: list[Made] = [(wanted, "what the wanted output is made of")]
    if isinstance(wanted, dict):
        sources.insert(0, (list(wanted), "the keys of the wanted output"))
        sources += [(value, f"what {key!r} holds in the output") for key, value in wanted.items()]
    elif isinstance(wanted, list):
        sources += [(value, "a member of the wanted output") for value in wanted[:4]]
    if isinstance(wanted, str):
        sources += [(wanted.split(), "the words of the wanted text")]
        sources += [(list(wanted), "the characters of the wanted text")]
    if int in kinds:
        sources.append((list(_in_texts(wanted)), "the numbers in the wanted output"))
    for source, told in sources:
        parts = [leaf for leaf in leaves(source) if type(leaf) in kinds][:MAX_ITEMS]
        if parts:
            yield parts, told
            yield list(dict.fromkeys(parts)), f"{told}, each once"
    if not wanted:
        yield [], "an empty list, for an empty output"


def _rows(example: list[Any], wanted: Any) -> Iterator[Made]:
    """Give lists of rows, with members of the kinds that the example's rows have."""
    kinds = {type(leaf) for leaf in leaves(example)}
    for rows, told in _any_rows(wanted):
        if not kinds or all(type(leaf) in kinds or _is_number(leaf) for leaf in leaves(rows)):
            yield rows, told


def _any_rows(wanted: Any) -> Iterator[Made]:
    if isinstance(wanted, dict):
        yield [[key, value] for key, value in wanted.items()], "the entries of the wanted output"
    if not isinstance(wanted, list) or not wanted:
        return
    if all(isinstance(row, list) for row in wanted):
        yield wanted, "the wanted output itself"
        yield [list(row) for row in zip(*wanted, strict=False)], "its columns as rows"
    if all(isinstance(row, str) for row in wanted):
        yield [list(_in_texts(row)) for row in wanted], "the numbers in each of its lines"
        yield [list(row) for row in wanted], "the characters of each of its lines"
        yield [row.split() for row in wanted], "the words of each of its lines"
    if not any(isinstance(row, list | dict) for row in wanted):
        yield [wanted], "the wanted output as the only row"
        yield [[member] for member in wanted], "a row for each member of the output"


def _in_texts(value: Any) -> Iterator[int]:
    for leaf in leaves(value):
        if isinstance(leaf, str):
            yield from map(int, _NUMBER.findall(leaf))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
