"""The proof that a directory is sound: journal, equations, and every line of every part.

May import items, errors, ``journal`` and ``dataset``. Reads up to what was committed, so it works
on a directory that is in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from codeiod.dataset.lines import wrong_form
from codeiod.dataset.recovery import read_committed
from codeiod.dataset.shards import part_path
from codeiod.errors import Damaged
from codeiod.items import ITEM_ID_BYTES, Status
from codeiod.journal.digests import DigestSet
from codeiod.journal.disk import Disk, OsDisk
from codeiod.journal.folder import JOURNAL, running
from codeiod.journal.records import Cut, End, Record, Stream
from codeiod.journal.replay import read_state
from codeiod.journal.snapshots import broken_snapshots
from codeiod.journal.state import Position, State
from codeiod.reports.promises import REJECTED, Promises, name_of
from codeiod.reports.status import Report, broken_equations, report_of

FINDINGS_LIMIT = 100
"""More are counted, not listed: one broken part can break every line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the check of a directory found."""

    findings: tuple[Finding, ...]
    more: int
    """Findings beyond those listed."""
    cuts: tuple[Cut, ...]
    """What recoveries cut, and kept: not damage, but to be known."""
    report: Report | None
    """None where the journal itself is damaged."""

    @property
    def ok(self) -> bool:
        return not self.findings


def check(directory: Path, disk: Disk | None = None) -> CheckResult:
    """Prove a directory sound, or list what is not. Blocking.

    :raises DirectoryError: it is not ours, newer, or can't be read.
    """
    disk = disk or OsDisk()
    result, state = _prove(directory, disk)
    if state is not None and not result.ok:
        # Where parts were swapped meanwhile, those that it looked for have gone.
        with suppress(Damaged):
            if read_state(directory, disk).swaps.dropped != state.swaps.dropped:
                result, _ = _prove(directory, disk)
    return result


def _prove(directory: Path, disk: Disk) -> tuple[CheckResult, State | None]:
    alive = running(disk, directory)
    proof = _Proof(directory, disk)
    try:
        state = read_state(directory, disk, proof.note, proof.promises.begin)
    except Damaged as error:
        return CheckResult((Finding("", str(error)),), 0, (), None), None
    proof.of(state)
    for name, why in broken_snapshots(disk, directory / JOURNAL).items():
        proof.find(f"{JOURNAL}/{name}", f"{why}: no start uses it; remove it")
    cuts = tuple(state.cuts.values())
    report = report_of(state, alive=alive)
    return CheckResult(tuple(proof.findings), proof.more, cuts, report), state


@dataclass(slots=True)
class _Proof:
    """What the journal promises of the lines, and what the lines hold."""

    directory: Path
    disk: Disk
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    promises: Promises = field(default_factory=Promises)
    held: Counter[str] = field(default_factory=Counter)
    ids: DigestSet = field(default_factory=lambda: DigestSet(ITEM_ID_BYTES))

    def note(self, record: Record, _: Position) -> None:
        """Remember what a record promises."""
        for wrong in self.promises.take(record):
            self.find("journal", wrong)

    def of(self, state: State) -> None:
        """Hold the equations and all lines against the journal."""
        for broken in broken_equations(state):
            self.find("journal", broken)
        for stream in Stream:
            for part, end in sorted(state.ends.get(stream, {}).items()):
                self._part(stream, part, end)
        for broken in self.promises.broken(self.held):
            self.find("dataset", broken)

    def find(self, where: str, what: str) -> None:
        """Add a finding."""
        if len(self.findings) < FINDINGS_LIMIT:
            self.findings.append(Finding(where, what))
        else:
            self.more += 1

    def _part(self, stream: Stream, part: int, end: End) -> None:
        path = part_path(stream, part)
        crc = length = 0
        number = 0
        rest = b""
        for chunk in read_committed(self.disk, self.directory / path, end.length):
            crc, length = crc32(chunk, crc), length + len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                number += 1
                self._line(stream, f"{path}:{number}", line)
        if length != end.length:
            self.find(str(path), f"ends at byte {length}, the journal has {end.length}")
        elif crc != end.crc:
            self.find(str(path), f"its checksum up to byte {length} is not the journal's")
        if rest:
            self.find(f"{path}:{number + 1}", "the line is cut short")

    def _line(self, stream: Stream, where: str, line: bytes) -> None:
        fields, wrong = wrong_form(stream, line)
        for what in [wrong] if wrong else self._content(stream, fields):
            self.find(where, what)

    def _content(self, stream: Stream, line: dict[str, Any]) -> Iterator[str]:
        match stream:
            case Stream.SAMPLES:
                return self._sample(line)
            case Stream.PROGRAMS:
                return self._program(line)
            case Stream.REJECTS:
                return self._reject(line)

    def _sample(self, line: dict[str, Any]) -> Iterator[str]:
        task = line["task"]
        self.held[f"{task} samples"] += 1
        self.held[f"{task} right at turn 1"] += line["status_1"] == Status.SUCCESS
        self.held[f"{task} right at turn 2"] += line["status_2"] == Status.SUCCESS
        yield from self._of_finished(line["item_id"])
        yield from self._once("sample", line["id"])

    def _program(self, line: dict[str, Any]) -> Iterator[str]:
        self.held["programs"] += 1
        yield from self._of_finished(line["item_id"])
        yield from self._once("program", line["id"])
        yield from self._once("program of item", line["item_id"])

    def _reject(self, line: dict[str, Any]) -> Iterator[str]:
        item_id, epoch = line["item_id"], line["epoch"]
        if line["task"]:
            self.held[f"samples rejected as {line['reason']}"] += 1
            name = f"{item_id} {epoch} {line['task']} {line['pair']} {line['sample']}"
            yield from self._once("rejected sample", name)
            return
        self.held[REJECTED] += 1
        if not self.promises.rejected(item_id, epoch):
            yield f"item {item_id} was not rejected"
        yield from self._once("rejected item", f"{item_id} {epoch}")

    def _of_finished(self, item_id: str) -> Iterator[str]:
        if not self.promises.finished(item_id):
            yield f"item {item_id} is not finished"

    def _once(self, kind: str, name: str) -> Iterator[str]:
        if not self.ids.add(name_of(kind, name)):
            yield f"{kind} {name} stands here a second time"
