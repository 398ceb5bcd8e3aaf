"""The recorded material: real files, and what a real teacher once made of them.

Imports the standard library only. It stays where it is; nothing of it belongs to the project.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

ITEMS = "items.jsonl"


@dataclass(frozen=True, slots=True)
class File:
    """One real file with its recorded program, where there is one."""

    line: str
    """As it stands in the material, without its newline."""
    item_id: str
    program: dict[str, Any] | None

    @property
    def refcode(self) -> str:
        return str(self.program["refcode"]) if self.program else ""

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The recorded inputs and outputs: to be tested, not trusted."""
        return [(io["input"], io["output"]) for io in self.program["ios"]] if self.program else []


def read(folder: Path) -> list[File]:
    """Read all recorded files, in their order."""
    with (folder / ITEMS).open(encoding="utf-8") as lines:
        return [_file(line.rstrip("\n")) for line in lines]


def write(files: Sequence[File], path: Path) -> Path:
    """Write some of the files as a source for a run."""
    path.write_text("".join(f"{file.line}\n" for file in files), encoding="utf-8")
    return path


def _file(line: str) -> File:
    fields = json.loads(line)
    item_id = blake2b(fields["content"].encode(), digest_size=16).hexdigest()
    return File(line, item_id, fields["program"])
