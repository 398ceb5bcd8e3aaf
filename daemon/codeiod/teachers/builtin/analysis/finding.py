"""The functions of a Python file that hold its logic, made callable with plain values.

Imports the standard library, its neighbours and the prompts' parsing of source. Reads the file by
``ast`` alone: nothing of it is imported or run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from codeiod.teachers.builtin.analysis.slicing import Unfit
from codeiod.teachers.builtin.analysis.sourcetext import SourceText, plain_text
from codeiod.teachers.builtin.analysis.survey import Survey
from codeiod.teachers.builtin.analysis.targets import File, Made, candidate_of
from codeiod.teachers.builtin.candidates import Candidate, Declined
from codeiod_prompts.programs import SourceError, parse_source

LONGEST_CHARS = 120_000
MOST_FUNCTIONS = 80
MOST_CANDIDATES = 8
SERVING = 0.5
"""The part of its score that a function loses which serves another one of the file."""
PYTHON_2 = (
    "Missing parentheses in call",
    "multiple exception types must",
    "leading zeros in decimal",
)


def find_candidates(content: str, language: str = "") -> tuple[Candidate, ...] | Declined:
    """Find the functions and methods of a file that can become programs, the best first."""
    if language.lower() not in ("", "python", "python3", "py"):
        return Declined(f"the built-in teacher reads Python only, this is {language}")
    if len(content) > LONGEST_CHARS:
        return Declined(f"the file is longer than {LONGEST_CHARS} characters")
    try:
        plain = plain_text(content)
        module = parse_source(plain)
        return _found(Survey.of(module, SourceText(plain)))
    except SourceError as error:
        old = any(mark in str(error) for mark in PYTHON_2)
        return Declined(f"the file does not parse as Python 3: {'it is Python 2: ' * old}{error}")
    except RecursionError:
        return Declined("the file is nested too deep")


def _found(survey: Survey) -> tuple[Candidate, ...] | Declined:
    file, found, reasons = File(survey), list[Made](), Counter[str]()
    for function, owner in islice(survey.functions(), MOST_FUNCTIONS):
        try:
            made = candidate_of(file, function, owner)
            parse_source(made.candidate.source)
        except Unfit as error:
            reasons[str(error)] += 1
        except SourceError as error:
            reasons[f"can't be cut out of its file: {error}"] += 1
        else:
            found.append(made)
    if found:
        return _ranked(found)
    return Declined(_told(reasons))


def _ranked(found: Sequence[Made]) -> tuple[Candidate, ...]:
    """Put the best first; what serves another of them comes after those that serve none."""
    serving = {f for made in found for f in made.leans_on if f is not made.function}
    scored = [_weighed(made, made.function in serving) for made in found]
    return tuple(sorted(scored, key=lambda c: -c.score)[:MOST_CANDIDATES])


def _weighed(made: Made, serves: bool) -> Candidate:
    score = made.candidate.score * (1 - SERVING * serves)
    return replace(made.candidate, score=round(score, 1))


def _told(reasons: Counter[str]) -> str:
    if not reasons:
        return "the file has no functions"
    told = [f"one {reason}" if n == 1 else f"{n} {reason}" for reason, n in reasons.most_common(3)]
    return f"no function of the file can be used: {'; '.join(told)}"
