"""Many different files out of few, by renaming what they define. Imports the standard library only.

A copy has names of its own for its functions and classes, and a comment with its number: its text,
its programs and its problem statements differ from those of any other copy.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

_WORDS = "amber basil cedar delta ember fjord grove hazel iris jade kelp lotus maple olive pearl"
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def copies(folder: Path, number: int) -> Iterator[tuple[Path, bytes]]:
    """Give as many files, each with its place: all of a folder in turn, first as they are."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".md"]
    return islice(_rounds(folder, files), number)


def _rounds(folder: Path, files: list[Path]) -> Iterator[tuple[Path, bytes]]:
    for turn in count():
        for path in files:
            place = Path(f"round_{turn:03}", path.relative_to(folder))
            yield place, renamed(path.read_bytes(), turn) if turn else path.read_bytes()


def renamed(content: bytes, turn: int) -> bytes:
    """Rename what a Python file defines at its top; put a comment at the end of any file."""
    try:
        text = content.decode()
        names = [node.name for node in ast.parse(text).body if isinstance(node, _DEFINITIONS)]
    except (ValueError, SyntaxError):  # it is to stay what it is: no Python, or no text
        return content + f"\n# copy {turn}\n".encode()
    for name in names:
        text = re.sub(rf"\b{name}\b", f"{name}{_suffix(turn, name)}", text)
    return f"{text}\n# copy {turn}\n".encode()


def _suffix(turn: int, name: str) -> str:
    """Return what tells the names of one turn from those of another, in the manner of the name."""
    words = _WORDS.split()
    more, place = divmod(turn - 1, len(words))
    word = words[place] + (str(more) if more else "")
    return word.capitalize() if name[:1].isupper() else f"_{word}"
