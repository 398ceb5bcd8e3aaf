"""The final answer in a teacher's prose: the last complete JSON object that holds the asked key.

Imports the standard library and its neighbour `values`.

The text is searched from its end. At each opening brace a scan goes forward over tokens, and where
it meets a brace that was scanned before, it takes over what is known of that one: so the work stays
near linear, however hostile the text. What a scan finds complete is only then really parsed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from codeiod_prompts.values import Malformed, Reader, Refused

LONGEST_TEXT_CHARS = 4_000_000  # of a longer text only the end is searched
TOKENS_PER_CHAR = 4  # bounds the work of all scans together
TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')(?P<colon>\s*:)?
      | (?P<brace>\\?\{) | (?P<end>\\?\}) | (?P<opens>[\[(]) | (?P<closes>[\])])
      | (?P<word>[\w.+:,-]+)
    )""",
    re.VERBOSE,
)
PAIRS = {"]": "[", ")": "("}


@dataclass(frozen=True, slots=True)
class Found:
    """The value under the asked key, and the same as JSON text."""

    value: Any
    json: str


def find_answer(text: str, key: str) -> Found | None:
    """Find the last complete JSON object in a text that holds the key.

    Python's spelling of such an object is read too. An object that holds the key hides those
    inside it, also where it is refused (a number that is not finite, a key given twice, a set);
    an object without the key, and braces that hold no object, are looked into.
    """
    text = text[-LONGEST_TEXT_CHARS:]
    if f'"{key}"' not in text and f"'{key}'" not in text:
        return None
    search = _Search(text, key)
    search.scan_all()
    reader = Reader()
    for group in search.groups():
        found = None
        hidden_until = -1
        for start in group:
            span = search.spans[start]
            if start < hidden_until or search.is_quoted(start, reader):
                continue
            try:
                value = reader.read(text[start : span.end])[key]
            except Refused:
                hidden_until = span.end
            except Malformed:
                continue
            else:
                hidden_until = span.end
                found = Found(value, json.dumps(value))
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Span:
    """A run from an opening brace to the one that closes it."""

    end: int
    holds_key: bool


@dataclass(slots=True)
class _Search:
    """What is known of each opening brace of a text."""

    text: str
    key: str
    spans: dict[int, _Span] = field(default_factory=dict)
    quoted_by: dict[int, int] = field(default_factory=dict)
    tokens_left: int = 0

    def scan_all(self) -> None:
        self.tokens_left = TOKENS_PER_CHAR * len(self.text) + 1000
        starts = [i for i, c in enumerate(self.text) if c == "{"]
        for start in reversed(starts):
            if self.tokens_left <= 0:
                return
            span = self._scan(start)
            if span is not None:
                self.spans[start] = span

    def _scan(self, start: int) -> _Span | None:
        """Follow the tokens after a brace to the one that closes it; None if none does."""
        text, position = self.text, start + 1
        stack: list[str] = []
        strings: list[tuple[int, int]] = []
        holds_key = False
        while (token := TOKEN.match(text, position)) is not None:
            self.tokens_left -= 1
            position = token.end()
            kind = token.lastgroup
            if kind in ("string", "colon"):
                strings.append(token.span("string"))
                if kind == "colon" and not stack:
                    holds_key = holds_key or token["string"][1:-1] == self.key
            elif kind == "brace":
                inner = self.spans.get(token.end() - 1)
                if inner is None:
                    return None
                position = inner.end
            elif kind == "opens":
                stack.append(token["opens"])
            elif kind == "closes":
                if not stack or stack.pop() != PAIRS[token["closes"]]:
                    return None
            elif kind == "end":
                return None if stack else self._completed(start, position, holds_key, strings)
        return None

    def _completed(
        self, start: int, end: int, holds_key: bool, strings: list[tuple[int, int]]
    ) -> _Span:
        for low, high in strings:
            brace = self.text.find("{", low, high)
            while brace >= 0:
                self.quoted_by[brace] = start
                brace = self.text.find("{", brace + 1, high)
        return _Span(end, holds_key)

    def groups(self) -> Iterator[list[int]]:
        """Give the spans that hold the key: from the last group of overlapping ones to the first,
        and within a group the outer before the inner.
        """
        groups: list[list[int]] = []
        reach = -1
        for start in sorted(s for s, span in self.spans.items() if span.holds_key):
            if start >= reach:
                groups.append([])
            groups[-1].append(start)
            reach = max(reach, self.spans[start].end)
        return reversed(groups)

    def is_quoted(self, start: int, reader: Reader) -> bool:
        """Tell whether a brace is but a character in a string of a real object."""
        owner = self.quoted_by.get(start)
        if owner is None:
            return False
        try:
            reader.read(self.text[owner : self.spans[owner].end])
        except Malformed:
            return False
        except Refused:
            return True
        return True
