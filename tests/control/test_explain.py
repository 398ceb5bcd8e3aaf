"""The story of an item, from the journal of a directory that is live, stopped, or partly gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from anyio import to_thread

from codeiod.errors import Damaged, SettingsError
from codeiod.items import Answer, GaveUp, Origin, Reason, Usage, Verdict, item_id_of
from codeiod.items import Status as VerdictStatus
from codeiod.journal import Journal, Keeping
from codeiod.journal.disk import OsDisk
from codeiod.journal.records import (
    Admit,
    Commit,
    Done,
    Duplicate,
    Failed,
    Intent,
    RecipeSet,
    Record,
    Reopen,
    Step,
    Swap,
)
from codeiod.journal.retention import Retention
from codeiod.journal.tally import Tally
from codeiod.journal.trail import Trail
from codeiod.reports.explain import explain
from codeiod.reports.told import told
from codeiod.testing import UNIFY_ANSWER

from ..daemon import warm  # noqa: TID252 -- tests are in no named package
from .daemon_process import SECONDS

ITEMS = 6
GOOD = """\
def collatz_steps(n: int) -> int:
    steps = {}
    while n > 1 and steps < 200:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of a whole run with the built-in teacher."""
    folder = tmp_path_factory.mktemp("run")
    rows = [{"content": GOOD.format(number), "path": f"row{number}.py"} for number in range(2)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "sub").mkdir()
    (folder / "sub" / "good.py").write_text(GOOD.format(7))
    (folder / "sub" / "same.py").write_text(GOOD.format(7))
    (folder / "sub" / "none.py").write_text("VALUE = 1\n")
    (folder / "sub" / "latin.py").write_bytes(b"# caf\xe9\n")
    command = ("run", "rows.jsonl", "sub", "--teacher", "builtin")
    done = warm.WARM.run((*command, "--set", "sandbox.minimum_level=1"), folder, SECONDS)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def rejects(directory: Path) -> Iterator[dict[str, Any]]:
    for part in sorted((directory / "rejects").glob("part-*.jsonl")):
        yield from map(orjson.loads, part.read_bytes().splitlines())


def test_an_item_that_finished(finished: Path) -> None:
    """Its content, program, pairs and each step are there, in the order of its life."""
    content = GOOD.format(7)
    story = explain(finished, item_id_of(content.encode()))
    assert (story.outcome, story.content, story.epoch) == ("finished", content, 0)
    assert "def main_solution" in story.program["refcode"]
    assert len(story.pairs) >= 2
    kinds = [event.kind for event in story.events]
    assert (kinds[0], kinds[-1]) == ("admit", "commit")
    assert kinds.count("duplicate") == 1
    keys = list(dict.fromkeys(event.key for event in story.events if event.key))
    assert keys[:2] == ["unify/1", "sample"]
    assert {key for key in keys if key.endswith("verdict")}
    assert story.requests == story.answered == kinds.count("intent")
    moments = [event.at for event in story.events]
    assert moments == sorted(moments)
    assert moments[0] > 1_700_000_000


def test_each_item_by_any_of_its_names(finished: Path) -> None:
    """The beginning of the id, a path, its last parts, and the line of a file name the same."""
    good = item_id_of(GOOD.format(7).encode())
    row = item_id_of(GOOD.format(1).encode())
    names = {"good.py": good, "sub/good.py": good, "same.py": good, good[:6].upper(): good}
    names |= {"rows.jsonl:2": row, "row1.py": row, row[:8]: row}
    assert {name: explain(finished, name).item_id for name in names} == names


@pytest.mark.parametrize("name", ["none.py", "latin.py"])
def test_an_item_that_was_rejected(finished: Path, name: str) -> None:
    """Where and why it was rejected stands there as in the rejects."""
    story = explain(finished, name)
    (line,) = (line for line in rejects(finished) if line["item_id"] == story.item_id)
    assert (story.outcome, story.stage, story.detail) == (
        line["reason"],
        line["stage"],
        line["detail"],
    )
    assert story.events[-1].text == f"rejected as {line['reason']}"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing.py", "no item in"),
        ("", "no item in"),
        ("ffffffff", "no item in"),
        ("rows.jsonl", "may be any of several"),
    ],
)
def test_what_names_no_item_or_many(finished: Path, name: str, why: str) -> None:
    """The refusal is one line, and of several it names some."""
    with pytest.raises(SettingsError, match=why) as refused:
        explain(finished, name)
    assert "\n" not in str(refused.value)


def test_what_a_person_reads(finished: Path) -> None:
    """The command tells it in lines, and all of it as JSON; what is unknown is status 2."""

    def run(*arguments: str) -> warm.Done:
        return warm.WARM.run(("explain", str(finished), *arguments), finished, SECONDS)

    shown = run("good.py").stdout
    assert "finished: " in shown
    assert "unify/1            answered by builtin-2" in shown
    assert shown.count("judged: ") >= 2
    story = json.loads(run("good.py", "--json").stdout)
    assert story["events"][0]["kind"] == "admit"
    unknown = run("nothing.py")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("codeiod: no item in")


def content_of(number: int) -> str:
    return f"value = {number}\n" * 20


def life_of(item: str, path: str, content: str) -> list[Record]:
    """Return the records of an item with all that can befall one."""
    answer = Answer(UNIFY_ANSWER, model="m", usage=Usage(10, 0, 5), cost=0.5, currency="USD")
    cut = Answer("## Main", model="m", finish="length", usage=Usage(10, 0, 2), cost=0.1)
    verdict = Verdict(VerdictStatus.MISMATCH, "4", "Not 4 but 5.")
    origin = Origin("src", path, 0, len(content), 1, len(path))

    def paid(attempt: int, value: Answer, at: int, **more: bool) -> Step:
        return Step(
            item, 0, "unify/1", attempt, "d", value, value.usage, value.cost, "USD", at=at, **more
        )

    return [
        Admit(item, "r", origin, {"path": path}, content, "2026-01-01T00:00:00+00:00"),
        Intent(item, 0, "unify/1", 1, "q", 20, 0.6, "USD", 1_767_225_601),
        Failed(item, 0, "unify/1", 1, "503 busy", True, 1_767_225_602),
        Intent(item, 0, "unify/1", 2, "q", 20, 0.6, "USD", 1_767_225_603),
        paid(2, cut, 1_767_225_604, truncated=True),
        Intent(item, 0, "unify/1", 3, "q", 20, 0.6, "USD", 1_767_225_605),
        paid(3, answer, 1_767_225_606),
        Step(
            item,
            0,
            "sample",
            0,
            "d",
            {"pairs": [], "trivial": False, "reason": "error", "detail": "ZeroDivisionError"},
        ),
        Step(item, 0, "out/0/0/1/verdict", 0, "d", verdict),
        Step(item, 0, "in/0/0/1", 1, "d", GaveUp(Reason.TEACHER_FAILED, "8 times"), gave_up=True),
        Commit((Done(item, 0, "fault"),), {}, Tally(), 1_767_225_607),
        Reopen(item, 1),
    ]


async def written(directory: Path, **keeping: Any) -> dict[str, list[Record]]:
    """Write the lives of some items, interleaved, into many segments."""
    lives: dict[str, list[Record]] = {}
    for number in range(ITEMS):
        content = content_of(number)
        item = item_id_of(content.encode())
        lives[item] = life_of(item, f"dir/file{number}.py", content)
    async with Journal.open(directory, segment_bytes=3000, keeping=Keeping(**keeping)) as journal:
        journal.append(RecipeSet("r", {}))
        for records in zip(*lives.values(), strict=True):
            for record in records:
                journal.append(record)
            await journal.flush()
        first = next(iter(lives))
        again = Duplicate(first, Origin("src", "elsewhere/copy.py", 0, 1, 2, 3))
        journal.append(again)
        lives[first].append(again)
    return lives


async def test_every_record_of_an_item_and_no_other(tmp_path: Path) -> None:
    """Over many segments, compressed ones too, its records come in their order."""
    lives = await written(tmp_path / "out")

    def hold() -> None:
        trail = Trail(tmp_path / "out", OsDisk())
        for item, records in lives.items():
            found = list(trail.of(item))
            assert [type(one) for one in found] == [type(one) for one in records]
            assert [event.text for event in told(found, item)] == [
                event.text for event in told(_read_back(records), item)
            ]
        assert list((tmp_path / "out" / "journal").glob("*.zst"))

    await to_thread.run_sync(hold)


def _read_back(records: list[Record]) -> list[Record]:
    """Give records the form that they have when they come from a journal."""
    from codeiod.journal.codec import decode, encode

    return [decode(record.KIND, orjson.loads(encode(record))) for record in records]


async def test_all_that_can_befall_an_item(tmp_path: Path) -> None:
    """Each event is told in words; what is pending again is said to be."""
    lives = await written(tmp_path / "out", compress=False)
    item = next(iter(lives))
    story = await to_thread.run_sync(explain, tmp_path / "out", item)
    assert [event.text for event in story.events] == [
        "taken in from dir/file0.py, 200 characters",
        "asked, attempt 1 (about 20 tokens, 0.600000 USD)",
        "attempt 1 failed: 503 busy; perhaps paid",
        "asked, attempt 2 (about 20 tokens, 0.600000 USD)",
        "cut off: asked again with more room by m, 10 tokens in, 2 out, 0.100000 USD",
        "asked, attempt 3 (about 20 tokens, 0.600000 USD)",
        "answered by m, 10 tokens in, 5 out, 0.500000 USD",
        "no pairs: error",
        "judged: mismatch",
        "given up: teacher_failed, 8 times",
        "rejected as fault",
        "taken up once more after a fault of codeiod's own",
        "its content was met again at elsewhere/copy.py",
    ]
    assert (story.outcome, story.epoch) == ("pending", 1)
    assert (story.requests, story.answered, story.cost) == (3, 2, {"USD": 0.6})
    assert story.program["problem"].startswith("What is three times")
    assert (await to_thread.run_sync(explain, tmp_path / "out", "copy.py")).item_id == item


async def test_an_item_whose_log_has_gone(tmp_path: Path) -> None:
    """What retention has dropped is told to be gone; it is not taken for pending."""
    items = [item_id_of(content_of(number).encode()) for number in range(200)]
    keeping = Keeping(compress=False, retention=Retention.DROP, snapshot_records=20)
    async with Journal.open(tmp_path / "out", segment_bytes=3000, keeping=keeping) as journal:
        journal.append(RecipeSet("r", {}))
        for number, item in enumerate(items):
            journal.append(life_of(item, f"file{number}.py", content_of(number))[0])
            journal.append(Commit((Done(item, 0, "finished"),), {}, Tally(), 1_767_225_607))
            await journal.flush()
    first = await to_thread.run_sync(explain, tmp_path / "out", items[0])
    assert (first.outcome, first.events) == ("done", ())
    assert first.missing_segments > 0
    last = await to_thread.run_sync(explain, tmp_path / "out", items[-1])
    assert (last.outcome, len(last.events)) == ("finished", 2)


@pytest.mark.parametrize("swapped", [False, True])
async def test_an_item_that_is_to_be_made_anew(tmp_path: Path, swapped: bool) -> None:
    """It is pending from the swap on, and finished as before where that never came."""
    item = item_id_of(content_of(0).encode())
    async with Journal.open(tmp_path / "out") as journal:
        journal.append(RecipeSet("r", {}))
        admitted = journal.append(life_of(item, "f.py", content_of(0))[0])
        journal.append(Commit((Done(item, 0, "finished"),), {}, Tally(), 1_767_225_607))
        journal.append(Reopen(item, 1, "predict", "finished", admitted, {}, announced=True))
        if swapped:
            journal.append(Swap(1, {}, {}, Tally()))
    story = await to_thread.run_sync(explain, tmp_path / "out", item)
    assert (story.outcome, story.epoch) == (("pending", 1) if swapped else ("finished", 0))
    assert story.events[-1].text.endswith("to be made anew from predict on")


async def test_a_tail_that_is_being_written(tmp_path: Path) -> None:
    """What is torn at the very end is not there yet; the rest is told."""
    lives = await written(tmp_path / "out", compress=False)

    def tear() -> int:
        last = max((tmp_path / "out" / "journal").glob("segment-*.jsonl"))
        item = next(iter(lives))
        with last.open("ab") as segment:
            segment.write(b'{"crc":"00000000","seq":999,"item":"%s"' % item.encode())
        return len(list(Trail(tmp_path / "out", OsDisk()).of(item)))

    assert await to_thread.run_sync(tear) == len(next(iter(lives.values())))


async def test_damage_is_told(tmp_path: Path) -> None:
    """A sealed segment with a changed record of the item is not passed over in silence."""
    lives = await written(tmp_path / "out", compress=False)

    def change() -> None:
        first = min((tmp_path / "out" / "journal").glob("segment-*.jsonl"))
        item = next(iter(lives))
        first.write_bytes(first.read_bytes().replace(b"value = 0", b"value = 9", 1))
        with pytest.raises(Damaged, match=f"{first}.*checksum"):
            list(Trail(tmp_path / "out", OsDisk()).of(item))

    await to_thread.run_sync(change)
