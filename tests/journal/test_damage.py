"""What stands on disk is read as it was written, cut with a report, or refused: never changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from anyio.from_thread import start_blocking_portal

from codeiod.errors import Damaged, DirectoryError
from codeiod.journal import Journal
from codeiod.journal.codec import encode
from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import compressed_name, segment_name
from codeiod.journal.frame import frame, unframe
from codeiod.journal.keeper import Keeping
from codeiod.journal.records import Admit, Cut, Record, Reopen
from codeiod.journal.replay import Replay, read_state
from codeiod.journal.state import State

MakeJournal = Callable[..., None]


def replay(directory: Path) -> tuple[list[Record], bytes]:
    """Read a journal; return its records and what would be cut."""
    records: list[Record] = []
    walk = Replay(OsDisk(), directory / "journal", lambda record, _: records.append(record))
    walk.run()
    return records, walk.tail()


def promised(data: bytes) -> int:
    """Return the highest record that some line says is durable."""
    return max((unframe(line).synced for line in data.splitlines()), default=0)


def places(data: bytes) -> list[int]:
    """Choose offsets: all around the line ends, where it matters most, and every fifth beside."""
    ends = [at for at, byte in enumerate(data) if byte == ord("\n")]
    near = {at + step for at in ends for step in range(-2, 11)}
    return sorted(at for at in near | set(range(0, len(data), 5)) if at < len(data))


async def reopen(directory: Path) -> State:
    async with Journal.open(directory) as journal:
        return journal.state


def open_again(directory: Path) -> State:
    with start_blocking_portal() as portal:
        return portal.call(reopen, directory)


def test_every_prefix(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Cut anywhere, a journal is its whole lines; nothing that was whole is lost."""
    make_journal(tmp_path)
    records, _ = replay(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    data = path.read_bytes()
    for length in places(data):
        path.write_bytes(data[:length])
        found, tail = replay(tmp_path)
        whole = data[:length].count(b"\n")
        assert found == records[:whole]
        assert tail == data[:length].rpartition(b"\n")[2]


def test_every_byte(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Any changed byte is damage where the record was durable, else it is cut and shown."""
    make_journal(tmp_path)
    records, _ = replay(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    data = path.read_bytes()
    durable = promised(data)
    random = Random(0)
    for at in places(data):
        changed = bytearray(data)
        changed[at] ^= random.randrange(1, 256)
        path.write_bytes(changed)
        line = data[:at].count(b"\n")
        if line < durable:
            with pytest.raises(Damaged, match=rf"{path} is damaged at byte \d+"):
                replay(tmp_path)
        else:
            found, tail = replay(tmp_path)
            assert found == records[:line]
            assert tail


def test_every_insertion(tmp_path: Path, make_journal: MakeJournal) -> None:
    """A byte that slipped in anywhere is damage or is cut, and the reading comes to its end."""
    make_journal(tmp_path)
    records, _ = replay(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    data = path.read_bytes()
    durable = promised(data)
    for at in places(data):
        for inserted in (b"\n", b"x", b"{", b"\0"):
            path.write_bytes(data[:at] + inserted + data[at:])
            line = data[:at].count(b"\n")
            if inserted == data[at : at + 1] == b"\n":  # that line is whole: the next is harmed
                line += 1
            if line < durable:
                with pytest.raises(Damaged, match=rf"{path} is damaged at byte \d+"):
                    replay(tmp_path)
            else:
                found, tail = replay(tmp_path)
                assert found == records[:line]
                assert tail


def test_last_promise_of_a_clean_end(tmp_path: Path, make_journal: MakeJournal) -> None:
    """After any number of clean ends, a change to any record but the last ``close`` is damage."""
    make_journal(tmp_path)
    before = replay(tmp_path)[0]
    for _ in range(2):
        assert open_again(tmp_path).cut_bytes == 0
    path = tmp_path / "journal" / segment_name(1)
    lines = path.read_bytes().splitlines(keepends=True)
    kinds = [unframe(line[:-1]).kind for line in lines]
    assert kinds[len(before) - 1 :] == ["close", "open", "close", "open", "close"]
    for at in range(len(lines) - 1):
        changed = lines[at].replace(b'"kind"', b'"kin_"')
        path.write_bytes(b"".join([*lines[:at], changed, *lines[at + 1 :]]))
        with pytest.raises(Damaged):
            replay(tmp_path)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_sealed_segments(tmp_path: Path, make_journal: MakeJournal, *, compress: bool) -> None:
    """In a segment that another follows, any change, cut or loss is damage."""
    make_journal(tmp_path, 700, compress=compress)
    paths = sorted((tmp_path / "journal").glob("segment-*"))
    assert len(paths) > 2
    random = Random(0)
    for path in paths[:-1]:
        data = path.read_bytes()
        for _ in range(60):
            changed = bytearray(data)
            changed[random.randrange(len(data))] ^= random.randrange(1, 256)
            path.write_bytes(changed)
            with pytest.raises(Damaged):
                replay(tmp_path)
            path.write_bytes(data[: random.randrange(len(data))])
            with pytest.raises(Damaged):
                replay(tmp_path)
        path.write_bytes(data)


def test_sealed_segments_lose_no_line(tmp_path: Path, admit: Callable[..., Admit]) -> None:
    """Whole lines gone from the end of a sealed segment are damage, though no one waited for them.

    The header of the next one is enough to tell: it was written when they were durable.
    """

    async def fill() -> None:
        keeping = Keeping(compress=False)
        async with Journal.open(tmp_path, segment_bytes=700, keeping=keeping) as journal:
            while journal._segment == 1:
                journal.append(admit(f"{journal._seq}"))

    with start_blocking_portal() as portal:
        portal.call(fill)
    path = tmp_path / "journal" / segment_name(1)
    lines = path.read_bytes().splitlines(keepends=True)
    for kept in range(len(lines)):
        path.write_bytes(b"".join(lines[:kept]))
        with pytest.raises(Damaged):
            replay(tmp_path)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_missing_and_doubled_segments(
    tmp_path: Path, make_journal: MakeJournal, *, compress: bool
) -> None:
    """A segment that is missing, or stands a second time, is damage."""
    make_journal(tmp_path, 700, compress=compress)
    paths = sorted((tmp_path / "journal").glob("segment-*"))
    for path in paths[:-1]:
        data = path.read_bytes()
        path.unlink()
        with pytest.raises(Damaged, match=rf"{path.with_suffix('')}.* is missing"):
            replay(tmp_path)
        path.write_bytes(data)
    for path in paths:
        name = (compressed_name if path.suffix == ".zst" else segment_name)(len(paths) + 1)
        doubled = tmp_path / "journal" / name
        doubled.write_bytes(path.read_bytes())
        with pytest.raises(Damaged):
            replay(tmp_path)
        doubled.unlink()


def test_lines_removed_doubled_or_swapped(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Whole lines out of their order are never taken as records."""
    make_journal(tmp_path)
    records, _ = replay(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    lines = path.read_bytes().splitlines(keepends=True)
    for at in range(len(lines) - 1):
        for changed in (
            lines[:at] + lines[at + 1 :],
            [*lines[: at + 1], lines[at], *lines[at + 1 :]],
            [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
        ):
            path.write_bytes(b"".join(changed))
            try:
                found, tail = replay(tmp_path)
            except Damaged:
                continue
            assert found == records[: len(found)]
            assert tail


def test_tail_is_cut_kept_and_counted(tmp_path: Path, make_journal: MakeJournal) -> None:
    """A torn tail is cut at the start, its bytes are kept, and the cut is on record for good."""
    make_journal(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    whole = path.read_bytes()
    torn = b'{"crc":"00000000","seq":13,"syn\0\0\0\0'
    path.write_bytes(whole + torn)
    for _ in range(2):
        state = open_again(tmp_path)
        assert state.cut_bytes == len(torn)
        (cut,) = state.cuts.values()
        assert (cut.file, cut.offset) == (f"journal/{segment_name(1)}", len(whole))
        assert (tmp_path / "journal" / "cut" / cut.kept).read_bytes() == torn
    assert path.read_bytes().startswith(whole + b'{"crc":')


def test_torn_first_line(tmp_path: Path, make_journal: MakeJournal) -> None:
    """A crash before the first record was whole leaves a directory that can begin again."""
    make_journal(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    path.write_bytes(path.read_bytes()[:40])
    state = open_again(tmp_path)
    assert (state.items, state.cut_bytes) == (0, 40)


def test_only_taken(tmp_path: Path) -> None:
    """A run that was stopped when it had only taken the directory has an empty state."""
    (tmp_path / "journal").mkdir()
    with pytest.raises(DirectoryError, match="not a codeiod directory"):
        read_state(tmp_path, OsDisk())
    (tmp_path / "journal" / "LOCK").touch()
    state = read_state(tmp_path, OsDisk())
    assert (state.journal, state.entries) == ("", 0)


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    """It is refused in one line, as whatever else is not ours."""
    (tmp_path / "file").touch()
    with pytest.raises(DirectoryError, match="Not a directory"):
        read_state(tmp_path / "file", OsDisk())


def test_unreadable_first_line_beside_data(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Where there is a dataset, a journal without one sound record is damaged, not new."""
    make_journal(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    path.write_bytes(b"\0" * 40)
    (tmp_path / "dataset").mkdir()
    with pytest.raises(Damaged, match="damaged at byte 0"):
        open_again(tmp_path)
    with pytest.raises(DirectoryError):
        read_state(tmp_path, OsDisk())


def test_torn_header_of_a_new_segment(tmp_path: Path, make_journal: MakeJournal) -> None:
    """A crash while a segment is begun costs nothing."""
    make_journal(tmp_path, 700)
    paths = sorted((tmp_path / "journal").glob("segment-*"))
    before, _ = replay(tmp_path)
    for torn in (b"", b'{"crc":"12'):
        fresh = tmp_path / "journal" / segment_name(len(paths) + 1)
        fresh.write_bytes(torn)
        state = open_again(tmp_path)
        assert state.items == 3
        found, tail = replay(tmp_path)
        assert found[: len(before)] == before
        assert not tail
        fresh.unlink()


def test_contradiction_is_damage(tmp_path: Path, make_journal: MakeJournal) -> None:
    """Sound lines that can't be true, or are of no known form, are damage with their place."""
    make_journal(tmp_path)
    path = tmp_path / "journal" / segment_name(1)
    data = path.read_bytes()
    last = unframe(data.splitlines()[-1])
    again = Reopen("0" * 32, 1)
    for kind, body in ((again.KIND, encode(again)), ("rumour", b'{"a":1}')):
        path.write_bytes(data + frame(last.seq + 1, last.synced, kind, body))
        with pytest.raises(Damaged, match=f"damaged at byte {len(data)}"):
            replay(tmp_path)


def test_headless_segment(tmp_path: Path, make_journal: MakeJournal) -> None:
    """A segment whose header is gone is damage, even when its other lines are in order."""
    make_journal(tmp_path, 700)
    last = max((tmp_path / "journal").glob("segment-*"))
    lines = last.read_bytes().splitlines(keepends=True)
    header = unframe(lines[0][:-1])
    cut = Cut("file", 0, 1, "name")
    lines[0] = frame(header.seq, header.synced, cut.KIND, encode(cut))
    last.write_bytes(b"".join(lines))
    with pytest.raises(Damaged, match="not the header"):
        replay(tmp_path)


def test_tail_that_grows(tmp_path: Path, make_journal: MakeJournal) -> None:
    """A line that was half there when it was read, and is whole at the second look, is taken."""
    make_journal(tmp_path)
    records, _ = replay(tmp_path)

    class Growing(OsDisk):
        looks = 0

        def read(self, descriptor: int, offset: int, length: int) -> bytes:
            self.looks += 1
            data = super().read(descriptor, offset, length)
            return data[:-20] if self.looks == 1 else data if offset == 0 or self.looks > 2 else b""

    disk = Growing()
    found: list[Record] = []
    Replay(disk, tmp_path / "journal", lambda record, _: found.append(record)).run()
    assert found == records
    assert disk.looks > 2
