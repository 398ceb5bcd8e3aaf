"""The functions of a Python file that hold its logic, made callable with plain values.

Imports the standard library, its neighbours and the prompts' parsing of source. Reads the file by
``ast`` alone: nothing of it is imported or run.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from codeiod.teachers.builtin.analysis.cut import File
from codeiod.teachers.builtin.analysis.operations import with_operations
from codeiod.teachers.builtin.analysis.reads import reads_line
from codeiod.teachers.builtin.analysis.scripts import Rewritten, rewritten
from codeiod.teachers.builtin.analysis.slicing import Unfit
from codeiod.teachers.builtin.analysis.sourcetext import SourceText, plain_text
from codeiod.teachers.builtin.analysis.survey import Survey
from codeiod.teachers.builtin.analysis.targets import Made, candidate_of
from codeiod.teachers.builtin.candidates import Candidate, Declined
from codeiod_prompts.programs import SourceError, parse_source

LONGEST_CHARS = 120_000
MOST_FUNCTIONS = 80
MOST_CANDIDATES = 8
MOST_CLASSES = 6
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
    found, reasons = list[Made](), Counter[str]()
    file = File(survey)
    for function, owner in islice(survey.functions(), MOST_FUNCTIONS):
        with _counting(reasons):
            found.append(_parsed(candidate_of(file, function, owner)))
    for script in islice(with_operations(survey), MOST_CLASSES):
        with _counting(reasons):
            found.append(_of_operations(script))
    if not found or any(reads_line(n) for n in ast.walk(survey.module)):
        with _counting(reasons):
            for script in rewritten(survey):
                with _counting(reasons):
                    found.append(_of_script(script))
    return _ranked(found) if found else Declined(_told(reasons))


def _of_script(script: Rewritten) -> Made:
    """Make a candidate of the function that a script was turned into."""
    survey = Survey.of(parse_source(script.text), SourceText(script.text))
    function = survey.meaning(script.name)
    assert isinstance(function, ast.FunctionDef), "a script is rewritten as a function"
    return _parsed(candidate_of(File(survey), function, None))


def _of_operations(script: Rewritten) -> Made:
    """Make a candidate of the function that was written around a class."""
    made = _of_script(script)
    parameters = tuple(
        replace(p, annotation=script.annotations.get(p.name, p.annotation))
        for p in made.candidate.parameters
    )
    changed = replace(made.candidate, parameters=parameters, doc=script.doc, wrapped=True)
    return replace(made, candidate=changed)


def _parsed(made: Made) -> Made:
    parse_source(made.candidate.source)
    return made


@contextmanager
def _counting(reasons: Counter[str]) -> Iterator[None]:
    """Count the reason why something can't become a candidate."""
    try:
        yield
    except Unfit as error:
        reasons[str(error)] += 1
    except SourceError as error:
        reasons[f"can't be cut out of its file: {error}"] += 1


def _ranked(found: Sequence[Made]) -> tuple[Candidate, ...]:
    """Put the best first; what serves another of them comes after those that serve none."""
    serving = {f for made in found for f in made.leans_on if f is not made.function}
    scored = [_weighed(made, made.function in serving) for made in found]
    return tuple(sorted(scored, key=lambda c: -c.score)[:MOST_CANDIDATES])


def _weighed(made: Made, serves: bool) -> Candidate:
    score = made.candidate.score * (1 - SERVING * serves)
    return replace(made.candidate, score=round(score, 1))


def _told(reasons: Counter[str]) -> str:
    """Say why no function can be used: the reasons, the most frequent first."""
    if not reasons:
        return "the file has no functions"
    told = [f"{reason} ({n})" if n > 1 else reason for reason, n in reasons.most_common(3)]
    return f"no function of the file can be used: it {'; it '.join(told)}"
