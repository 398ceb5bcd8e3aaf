"""Tell where a search for an input speaks of the run of its answer, and where of another's.

May import ``claim_reading``, ``literals``, ``plain_values`` and the prompts.

A rationale that looks for an input tells of many runs, and only that of the answer is traced. So it
speaks of that run only from a place on where the answer is written whole, as an object
or as a call of the entry point, and no further than to the next input that is another. A parameter
that is said to have a value that it never had in the run is also taken for talk of another input.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeiod.stages.claim_reading import MAX_TEXT_CHARS, Claim, NameClaim, read_arguments
from codeiod.stages.literals import closing, read_literal
from codeiod.stages.plain_values import key_of, plain
from codeiod_prompts import ENTRY_POINT

MAX_MENTIONS = 300
"""Inputs that are looked at; what stands behind so many is about none."""

_MENTION = re.compile(rf"\{{|\b{ENTRY_POINT}\(")
_WRAPPER = "input"


class Talk:
    """Where a text speaks of the run of the answered input; all of it does without one."""

    def __init__(
        self, text: str, answered: Mapping[str, Any] | None, parameters: Sequence[str]
    ) -> None:
        self._parameters = parameters if answered is not None else ()
        self._turns: list[tuple[int, bool]] = [(0, answered is None)]
        """From where on it speaks of the run, or no longer does."""
        if answered is not None:
            self._turns += _turns(text[:MAX_TEXT_CHARS], answered, parameters)

    def is_of_the_run(self, claim: Claim) -> bool:
        """Tell whether the run is what is spoken of where a claim stands."""
        return self._turns[self._turn_before(claim)][1]

    def leaves_the_run(self, claim: Claim) -> bool:
        """Tell whether a claim that the run denies gives a parameter the value of another input.

        What follows is about that input then, up to where the answer is written again.
        """
        if not isinstance(claim, NameClaim) or claim.path or claim.name not in self._parameters:
            return False
        place = self._turn_before(claim)
        self._turns[place] = (self._turns[place][0], False)
        return True

    def _turn_before(self, claim: Claim) -> int:
        return bisect_right(self._turns, claim.start, key=lambda turn: turn[0]) - 1


def _turns(
    text: str, answered: Mapping[str, Any], parameters: Sequence[str]
) -> Iterator[tuple[int, bool]]:
    key = key_of(plain(dict(answered)))
    end = 0
    for _ in range(MAX_MENTIONS):
        mention = _MENTION.search(text, end)
        if mention is None:
            return
        closed = closing(text, mention.end() - 1)
        found = _input_in(text[mention.start() : closed], parameters) if closed else None
        if found is None or closed is None:
            end = mention.end()
            continue
        end = closed
        if not answered or found.keys() & answered.keys():
            yield mention.start(), key_of(plain(found)) == key
    yield end, False


def _input_in(text: str, parameters: Sequence[str]) -> dict[str, Any] | None:
    """Read an input: arguments by name as an object, perhaps in `{"input": ...}`, or a call."""
    if not text.startswith("{"):
        arguments = read_arguments(text)
        if arguments is None:
            return None
        positional, named = arguments
        if len(positional) > len(parameters):
            return None
        return dict(zip(parameters, positional, strict=False)) | dict(named)
    literal = read_literal(text)
    value = literal.value if literal else None
    if isinstance(value, dict) and set(value) == {_WRAPPER} and isinstance(value[_WRAPPER], dict):
        value = value[_WRAPPER]
    return value if isinstance(value, dict) else None
