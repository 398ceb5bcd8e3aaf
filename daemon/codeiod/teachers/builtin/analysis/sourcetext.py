"""Source text by the places that ``ast`` gives: slices of it, and edits in it.

Imports the standard library only. Places are offsets in bytes, as ``ast`` counts columns.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put ``text`` in place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str


class SourceText:
    """A file's text with its lines, so that nodes can be found in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._data = text.encode()
        self._starts = [0]
        for line in self._data.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def start(self, node: ast.AST) -> int:
        """Return where a node begins, its decorators included."""
        first = min([*getattr(node, "decorator_list", ()), node], key=_line)
        at = self.offset(_line(first), getattr(first, "col_offset", 0))
        return at if first is node else self._data.rindex(b"@", 0, at)

    def end(self, node: ast.AST) -> int:
        return self.offset(getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place; lines count from 1."""
        return self._starts[line - 1] + column

    def slice(self, start: int, end: int, edits: Sequence[Edit] = ()) -> str:
        """Return a part of the text, after those edits that begin in it.

        :param edits: sorted by ``sorted_edits``; of two that overlap the outer one counts.
        """
        parts, at = list[bytes](), start
        first = bisect_left(edits, start, key=lambda edit: edit.start)
        for edit in edits[first:]:
            if edit.start > end:
                break
            if at <= edit.start:
                parts += [self._data[at : edit.start], edit.text.encode()]
                at = edit.end
        parts.append(self._data[at:end])
        return b"".join(parts).decode()

    def of(self, node: ast.AST) -> str:
        """Return the text of a node as it stands."""
        return self.slice(self.start(node), self.end(node))

    def before(self, mark: str, at: int) -> int:
        """Return where a mark stands last before a place."""
        return self._data.rindex(mark.encode(), 0, at)

    def line_start(self, at: int) -> int:
        return self._data.rfind(b"\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return where the line ends, before its newline."""
        found = self._data.find(b"\n", at)
        return len(self._data) if found < 0 else found

    def indent(self, node: ast.AST) -> str:
        """Return what stands before a node in its line, where that is blank only."""
        start = self.start(node)
        before = self.slice(self.line_start(start), start)
        return before if not before.strip() else ""

    def alone(self, node: ast.AST) -> bool:
        """Whether nothing but a comment shares the lines of a node."""
        start, end = self.start(node), self.end(node)
        before = self.slice(self.line_start(start), start).strip()
        after = self.slice(end, self.line_end(end)).strip()
        return not before and (not after or after.startswith("#"))

    def unit(self, node: ast.stmt) -> tuple[int, int]:
        """Return where a statement begins and ends, with the comment that belongs to it."""
        start, end = self.start(node), self.end(node)
        rest = self.slice(end, self.line_end(end)).strip()
        if rest.startswith("#"):
            end = self.line_end(end)
        if start == self.line_start(start):
            start = self.above(start)
        return start, end

    def above(self, start: int) -> int:
        """Return where the comment begins that stands right above a line."""
        while start:
            above = self.line_start(start - 1)
            if not self.slice(above, start).lstrip().startswith("#"):
                break
            start = above
        return start


def plain_text(content: str) -> str:
    """Return a file's text as ``ast`` counts its lines: without a mark, with newlines alone."""
    return content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def sorted_edits(edits: Iterable[Edit]) -> list[Edit]:
    """Sort edits by their places, the outer ones first."""
    return sorted(edits, key=lambda edit: (edit.start, -edit.end))


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)
