"""Which recorded programs are sound, which are nondeterministic: what the product is held to.

Imports the standard library, ``fresh`` and ``material``. The answer takes minutes to compute and
hangs on the material and the interpreter alone, so it is kept in the folder for temporary files.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from recorded_parts.fresh import CHILD, WORLDS, canonical, compute_all
from recorded_parts.material import File

MIN_PAIRS = 2
FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Finding:
    """What three fresh processes say of a recorded program's pairs."""

    item_id: str
    loads: bool
    reproduced: int
    """Recorded pairs that all three reproduce."""
    outputs: int
    """Distinct outputs of these."""
    differing: int
    """Pairs on which the three disagree."""

    @property
    def sound(self) -> bool:
        return self.loads and self.reproduced >= MIN_PAIRS and self.outputs >= MIN_PAIRS

    @property
    def nondeterministic(self) -> bool:
        return self.differing > 0


def findings(files: Sequence[File]) -> dict[str, Finding]:
    """Judge every recorded program, by item."""
    programs = [file for file in files if file.program is not None]
    kept = Path(tempfile.gettempdir()) / f"codeiod-soundness-{_name(programs)}.json"
    if not kept.exists():
        judged = [asdict(finding) for finding in _judge(programs)]
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(judged))
        part.replace(kept)
    return {one["item_id"]: Finding(**one) for one in json.loads(kept.read_text())}


def _name(files: Sequence[File]) -> str:
    """Name what the findings depend on."""
    hasher = hashlib.blake2b(digest_size=12)
    for part in (FORMAT, sys.version, sys.prefix, repr(WORLDS), CHILD.read_text()):
        hasher.update(part.encode())
    for file in files:
        hasher.update(canonical([file.item_id, file.refcode, file.pairs]).encode())
    return hasher.hexdigest()


def _judge(files: Sequence[File]) -> list[Finding]:
    jobs = [(file.refcode, [known for known, _ in file.pairs]) for file in files]
    found = []
    for file, worlds in zip(files, compute_all(jobs), strict=True):
        loads = bool(worlds) and worlds[0][0].kind != "load"
        reproduced = [
            canonical(wanted)
            for (known, wanted), outcomes in zip(file.pairs, worlds, strict=True)
            if _finite(known)
            and all(one.kind == "value" and one.exact == canonical(wanted) for one in outcomes)
        ]
        differing = sum(
            all(one.kind == "value" for one in outcomes)
            and len({one.exact for one in outcomes}) > 1
            for outcomes in worlds
        )
        found.append(Finding(file.item_id, loads, len(reproduced), len(set(reproduced)), differing))
    return found


def _finite(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True
