"""Journals whose bytes were changed: the reader refuses them, or reads what was never touched.

Imports the product, ``rig``, ``disk`` and ``storage``. Each mutant is read and held against the
journal that it was made of: what is read must be the state after one of its records, all records
that a line which is left calls durable must be in it, and no other error may come than damage.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import orjson

from codeiod.errors import DirectoryError
from codeiod.journal.pending import Made, Pending
from codeiod.journal.records import Record
from codeiod.journal.replay import Replay
from codeiod.journal.state import Position, State
from codeiod.reports.status import report_of
from torture_parts.disk import Crash, SimDisk, Trouble
from torture_parts.rig import JOURNAL, Bench, Broken, Run
from torture_parts.storage import File, Storage

FLIPS = (0x01, 0x20, 0x80)
LONGEST_SPLICE_BYTES = 600
TRIES = 200
COVERED_FROM = len('{"crc":"01234567",')
"""Of a line: what its checksum covers."""


class Mutant(NamedTuple):
    """A journal in which some files are others, or gone."""

    what: str
    files: dict[Path, bytes | None]


class Verdict(Enum):
    """What the reader made of a mutant."""

    WHOLE = "whole"
    """It read all records: what was changed, or added, is none of them."""
    CUT = "cut"
    """It ended early, before records that nothing calls durable."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Subject:
    """A journal, and what there is to be read in it."""

    files: dict[Path, bytes]
    records: list[Record]
    states: list[str]
    """What the state is before the first record, after it, after the second, and so on."""
    synced: dict[bytes, int]
    """By line: up to which record it calls all durable."""
    machine: Storage
    """All files, those of the dataset too."""


async def snapshot_subject_of(bench: Bench) -> Subject:
    """Kill a run near its end, and take its journal with a snapshot in it.

    :raises Broken: none was ever written.
    """
    for number in range(TRIES):  # its threads are not in step: it may come a little later
        subject = await subject_of(bench, bench.calls * 3 // 4 + number % (bench.calls // 4))
        if any(path.name.startswith("snapshot-") for path in subject.files):
            return subject
    raise Broken(f"no snapshot in {TRIES} runs")


async def subject_of(bench: Bench, at: int) -> Subject:
    """Kill a run at a call, and take its journal."""
    run = Run(bench)
    await run.live(SimDisk(run.storage, Trouble(at, Crash(0.0))))
    machine = run.storage.copy()
    files = {
        path: bytes(file.data)
        for path, file in sorted(machine.names.items())
        if path.parent == JOURNAL and path.name.startswith(("segment-", "snapshot-"))
    }
    records: list[Record] = []
    replay = Replay(SimDisk(machine), JOURNAL)
    states = [_told(replay.state)]

    def note(record: Record, _: Position) -> None:
        records.append(record)
        states.append(_told(replay.state))

    replay.observe = note
    replay.run()
    texts = [data for path, data in files.items() if path.suffix == ".jsonl"]
    synced = {line: _synced(line) for text in texts for line in text.splitlines(keepends=True)}
    return Subject(files, records, states, synced, machine)


@dataclass(slots=True)
class Reader:
    """Read mutants of a subject, one after the other."""

    subject: Subject
    whole: bool
    """Whether all is read, as ``check`` does, or what follows the newest snapshot."""
    _storage: Storage = field(init=False)

    def __post_init__(self) -> None:
        self._storage = Storage(JOURNAL)
        self._storage.names = {path: _file(data) for path, data in self.subject.files.items()}

    def judge(self, mutant: Mutant) -> Verdict:
        """Read a mutant.

        :raises Broken: it is not read as it must be.
        """
        names = self._storage.names
        kept = dict(names)
        for path, data in mutant.files.items():
            if data is None:
                names.pop(path, None)
            else:
                names[path] = _file(data)
        try:
            return self._judge(mutant)
        finally:
            self._storage.names = kept

    def _judge(self, mutant: Mutant) -> Verdict:
        subject, count = self.subject, 0

        def compare(record: Record, _: Position) -> None:
            nonlocal count
            number = replay.seq - 1
            if record != subject.records[number]:
                raise Broken(f"{mutant.what}: record {number + 1} is accepted and was changed")
            count = number + 1

        replay = Replay(SimDisk(self._storage), JOURNAL, compare, whole=self.whole)
        try:
            replay.run()
        except DirectoryError as error:
            if str(JOURNAL) not in str(error):
                raise Broken(f"{mutant.what}: damage without a place: {error}") from error
            return Verdict.REFUSED
        except Exception as error:
            raise Broken(f"{mutant.what}: the reader fails with {error!r}") from error
        return self._require_true(mutant, replay)

    def _require_true(self, mutant: Mutant, replay: Replay) -> Verdict:
        subject, last = self.subject, replay.seq - 1
        if _told(replay.state) != subject.states[last]:
            raise Broken(f"{mutant.what}: the state after record {last} is another one")
        if last == len(subject.records):
            return Verdict.WHOLE
        if (durable := self._durable()) > last:
            raise Broken(f"{mutant.what}: ends at record {last}, and {durable} was durable")
        return Verdict.CUT

    def _durable(self) -> int:
        """Return up to which record the lines that are left call all durable."""
        texts = [file.data for path, file in self._storage.names.items() if path.suffix == ".jsonl"]
        lines = [bytes(line) for text in texts for line in text.splitlines(keepends=True)]
        return max((self.subject.synced.get(line, 0) for line in lines), default=0)


async def recover(bench: Bench, subject: Subject, mutant: Mutant) -> bool:
    """Let a run go on from a mutant; tell whether it did.

    It can do so where a snapshot covers what was changed: then ``check`` finds that.

    :raises Broken: it ends otherwise than with damage or with the right dataset.
    """
    run = Run(bench, subject.machine.copy())
    for path, data in mutant.files.items():
        if data is None:
            run.storage.names.pop(path, None)
        else:
            run.storage.names[path] = _file(data)
    disk = SimDisk(run.storage)
    ended = await run.live(disk)
    run.lives.append(mutant.what)
    disk.die()
    if ended.done:
        run.require_dataset()
        run.require_sound(whole=False, damaged=tuple(mutant.files))
    elif not isinstance(ended.error, DirectoryError):
        raise Broken(f"{run.lives}") from ended.error
    return ended.done


def flips(
    subject: Subject, masks: tuple[int, ...] = FLIPS, kind: str = "", step: int = 1
) -> Iterator[Mutant]:
    """Change every ``step``-th byte of every file of a kind, in some ways."""
    for path, data in subject.files.items():
        for offset in range(0, len(data) if kind in path.name else 0, step):
            for mask in masks:
                changed = bytes([data[offset] ^ mask])
                text = data[:offset] + changed + data[offset + 1 :]
                yield Mutant(f"{path.name}: byte {offset} ^ {mask:#x}", {path: text})


def prefixes(subject: Subject, step: int = 1) -> Iterator[Mutant]:
    """End every file at every ``step``-th byte."""
    for path, data in subject.files.items():
        for length in range(0, len(data), step):
            yield Mutant(f"{path.name}: cut at {length}", {path: data[:length]})


def segments(subject: Subject) -> Iterator[Mutant]:
    """Take away, exchange and double the files."""
    files = subject.files
    for path, data in files.items():
        yield Mutant(f"{path.name} is missing", {path: None})
        for other in files:
            if other != path:
                yield Mutant(f"{path.name} is also {other.name}", {other: data})
                exchanged: dict[Path, bytes | None] = {path: files[other], other: data}
                yield Mutant(f"{path.name} and {other.name} are exchanged", exchanged)
                yield Mutant(f"{path.name} is {other.name}", {path: None, other: data})
        if path.suffix == ".jsonl":
            number = len(files) + 1
            added = path.with_name(f"segment-{number:08d}.jsonl")
            behind = path.with_name(f"segment-{_last_number(files) + 1:08d}.jsonl")
            yield Mutant(f"{path.name} is {added.name} too", {added: data})
            yield Mutant(f"{path.name} is {behind.name} too", {behind: data})


def splices(subject: Subject, cases: int, seed: int = 1) -> Iterator[Mutant]:
    """Move, copy, drop, clear and exchange stretches and lines at random, up to three times."""
    draw = random.Random(seed)
    paths = [path for path, data in subject.files.items() if data]
    for _ in range(cases):
        path = draw.choice(paths)
        data = subject.files[path]
        told = []
        for _ in range(draw.randint(1, 3)):
            name, data = _splice(data, subject.files[draw.choice(paths)], draw)
            told.append(name)
        yield Mutant(f"{path.name}: {', '.join(told)}", {path: data})


def _splice(data: bytes, other: bytes, draw: random.Random) -> tuple[str, bytes]:
    start, end = _stretch(len(data), draw)
    at = draw.randint(0, len(data))
    from_, to = _stretch(len(other), draw)
    match draw.randrange(8):
        case 0:
            return f"drop {start}-{end}", data[:start] + data[end:]
        case 1:
            return f"zero {start}-{end}", data[:start] + bytes(end - start) + data[end:]
        case 2:
            return f"copy {start}-{end} to {at}", data[:at] + data[start:end] + data[at:]
        case 3:
            return f"insert {from_}-{to} at {at}", data[:at] + other[from_:to] + data[at:]
        case 4:
            put = other[from_:to]
            return f"put {from_}-{to} over {at}", data[:at] + put + data[at + len(put) :]
        case 5:
            sector = start // 512 * 512
            return f"zero sector {sector}", _over(data, sector, bytes(512))
        case 6:
            return "exchange lines", _exchange_lines(data, draw)
        case _:
            noise = draw.randbytes(end - start)
            return f"noise {start}-{end}", data[:start] + noise + data[end:]


def _exchange_lines(data: bytes, draw: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    one, two = draw.randrange(len(lines) or 1), draw.randrange(len(lines) or 1)
    if lines:
        lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def _over(data: bytes, at: int, put: bytes) -> bytes:
    return (data[:at] + put + data[at + len(put) :])[: len(data)]


def _stretch(length: int, draw: random.Random) -> tuple[int, int]:
    start = draw.randint(0, length)
    return start, min(length, start + draw.randint(1, LONGEST_SPLICE_BYTES))


def _last_number(files: dict[Path, bytes]) -> int:
    return max(int(path.name[8:16]) for path in files if path.name.startswith("segment-"))


def _file(data: bytes) -> File:
    return File(bytearray(data), bytearray(data))


def _synced(line: bytes) -> int:
    """Read what a sound line says, by another way than the product's."""
    body = orjson.loads(line)
    if int(body["crc"], 16) != crc32(line[COVERED_FROM:-1]):
        raise Broken(f"not a sound line: {line!r}")
    return int(body["synced"])


def _told(state: State) -> str:
    """Write down what a state holds."""
    pending = {
        item: (one.epoch, one.admitted, sorted((k, s.position) for k, s in _made(one)))
        for item, one in state.pending.items()
    }
    return f"{report_of(state).to_json()!r} {pending} {state.ends} {sorted(state.recipes)}"


def _made(pending: Pending) -> Iterator[tuple[str, Made]]:
    """Name the steps that have a result; others are noted where they are asked for."""
    return ((key, made) for key, made in pending.steps.items() if made.position is not None)
