"""Write the input generator of a program, and the text in which a candidate is probed.

Imports its neighbours; pure.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.fitting.shapes import Shape
from codeiod.teachers.builtin.fitting.texts import WORDS

Shapes = tuple[Shape, ...]

_HELPERS = {
    "draw_tree": """\
def draw_tree(largest, low, high):
    # level by level, as long as there are places below a node
    values, places = [random.randint(low, high)], 2
    for _ in range(random.randint(0, largest)):
        if places:
            missing = random.random() < 0.3
            values.append(None if missing else random.randint(low, high))
            places += -1 if missing else 1
    while values[-1] is None:
        values.pop()
    return values
""",
    "draw_search_tree": """\
def draw_search_tree(largest, low, high):
    # the members on both sides of the middle go left and right, level by level
    count = min(random.randint(1, largest), high - low + 1)
    waiting, values = [sorted(random.sample(range(low, high + 1), count))], []
    while any(waiting):
        members = waiting.pop(0)
        if members:
            middle = random.randrange(len(members))
            values.append(members[middle])
            waiting += [members[:middle], members[middle + 1 :]]
        else:
            values.append(None)
    while values[-1] is None:
        values.pop()
    return values
""",
    "draw_span": """\
def draw_span(low, high, longest):
    start = random.randint(low, high)
    return [start, min(high, start + random.randint(0, longest))]
""",
    "draw_rotated": """\
def draw_rotated(values):
    start = random.randrange(len(values) or 1)
    return values[start:] + values[:start]
""",
    "draw_spans": """\
def draw_spans(most, low, high):
    ends = sorted(random.sample(range(low, high + 1), 2 * random.randint(1, most)))
    return [[ends[i], ends[i + 1]] for i in range(0, len(ends), 2)]
""",
    "draw_rows": """\
def draw_rows(draw, smallest, largest):
    columns = random.randint(smallest, largest)
    return [[draw() for _ in range(columns)] for _ in range(random.randint(smallest, largest))]
""",
    "draw_square": """\
def draw_square(draw, smallest, largest):
    size = random.randint(smallest, largest)
    return [[draw() for _ in range(size)] for _ in range(size)]
""",
}
_WORDS = (
    'WORDS = """\n'
    + textwrap.indent(textwrap.fill(" ".join(WORDS), 80), "    ")
    + '\n""".split()\n'
)


def generator_text(
    names: Sequence[str], cases: Sequence[Shapes], labels: Mapping[Shapes, str], name: str
) -> str:
    """Write a generator that draws one of some cases, each with a shape for every argument.

    :param labels: what each case is called.
    """
    body = _drawing(names, cases[0])
    if len(cases) > 1:
        body = f"chance = random.random()\n{_choosing(names, cases, labels)}"
    returned = ", ".join(f'"{argument}": {argument}' for argument in names)
    body = textwrap.indent(f"{body}return {{{returned}}}\n", "    ")
    helpers = "".join(f"{text}\n\n" for used, text in _HELPERS.items() if f"{used}(" in body)
    if "(WORDS" in body + helpers:
        helpers = f"{_WORDS}\n\n{helpers}"
    return f"import random\n\n\n{helpers}def {name}():\n{body}"


def _choosing(names: Sequence[str], cases: Sequence[Shapes], labels: Mapping[Shapes, str]) -> str:
    """Write the drawing of one of several cases, each as often as the others."""
    parts = []
    for number, shapes in enumerate(cases):
        share = round((number + 1) / len(cases), 2)
        head = f"if chance < {share}:" if number < len(cases) - 1 else "else:"
        inner = textwrap.indent(f"# {labels[shapes]}\n{_drawing(names, shapes)}", "    ")
        parts.append(f"{head}\n{inner}")
    return "el".join(parts).replace("elelse:", "else:")


def _drawing(names: Sequence[str], shapes: Shapes) -> str:
    return "".join(
        f"{name} = {shape.expression()}\n" for name, shape in zip(names, shapes, strict=True)
    )


def entry_text(candidate: Candidate, conversions: Mapping[str, str], result: str, name: str) -> str:
    """Write an entry point that converts at the edges, below the candidate's own text."""
    names = [parameter.name for parameter in candidate.parameters]
    passed = ", ".join(conversions[name].format(name) for name in names)
    call = result.format(f"{candidate.target}({passed})")
    return f"def {name}({', '.join(names)}):\n    return {call}\n"
