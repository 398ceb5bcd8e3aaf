"""The entry point ``main_solution``, written around a candidate.

Imports the standard library, ``candidates``, its neighbours and the prompts' names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from codeiod.teachers.builtin.analysis.tasks import REQUESTS
from codeiod.teachers.builtin.candidates import Candidate
from codeiod.teachers.builtin.composing.spoken import spoken
from codeiod.teachers.builtin.composing.subject import Told
from codeiod_prompts import ENTRY_POINT

AS_IT_IS = "{0}"
LONGEST_DOCSTRING_CHARS = 88


def entry(
    candidate: Candidate, told: Sequence[Told], returns: str,
    conversions: Mapping[str, str], result_conversion: str,
) -> str:  # fmt: skip
    """Write a candidate's module with its entry point.

    :param conversions: by argument, how the JSON value becomes what the function takes.
    """
    lines = [_head(told, returns), *_docstring(candidate.doc)]
    if candidate.wrapped:
        source, body = _unwrapped(candidate)
        lines += [
            f"    {name} = {conversion.format(name)}"
            for name, conversion in conversions.items()
            if conversion != AS_IT_IS
        ]
        result = body.pop().strip().removeprefix("return ")
        lines += [*body, f"    return {result_conversion.format(result)}"]
    else:
        source = candidate.source
        passed = ", ".join(conversions[p.name].format(p.name) for p in candidate.parameters)
        call = f"{candidate.target}({passed})"
        lines.append(f"    return {result_conversion.format(call)}")
    return "\n".join([source.rstrip("\n"), "", "", *lines]).lstrip("\n") + "\n"


def _head(told: Sequence[Told], returns: str) -> str:
    takes = ", ".join(f"{t.name}: {t.annotation}" for t in told)
    return f"def {ENTRY_POINT}({takes}){f' -> {returns}' if returns else ''}:"


def _docstring(doc: str) -> list[str]:
    """Write the first sentence of a description, where that says what is done."""
    first = re.split(r"(?<=[.!?])\s", spoken(doc), maxsplit=1)[0] if doc else ""
    plain = first.isascii() and not set(first) & set('\\"')
    asks = first.partition(" ")[0].lower() in REQUESTS
    if plain and asks and 10 < len(first) <= LONGEST_DOCSTRING_CHARS:
        return [f'    """{first}"""']
    return []


def _unwrapped(candidate: Candidate) -> tuple[str, list[str]]:
    """Split the source into what stands around the wrapper, and the lines of its body."""
    lines = candidate.source.rstrip("\n").split("\n")
    module = ast.parse(candidate.source)
    wrapper = next(s for s in module.body if getattr(s, "name", "") == candidate.target)
    end = wrapper.end_lineno or wrapper.lineno
    around = "\n".join(lines[: wrapper.lineno - 1]).rstrip("\n")
    after = "\n".join(lines[end:]).strip("\n")
    return "\n\n\n".join(part for part in (around, after) if part), lines[wrapper.lineno : end]
