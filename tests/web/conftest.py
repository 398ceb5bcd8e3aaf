"""A dataset that is written by hand, part by part, for the tests of the index and of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import anyio
import orjson
import pytest
from aiohttp import ClientSession, CookieJar, web
from anyio.from_thread import start_blocking_portal
from yarl import URL

from codeiod.dataset import Committer, Finished
from codeiod.dataset.lines import program_line, reject_line, sample_line
from codeiod.dataset.shards import part_path
from codeiod.errors import CodeiodError
from codeiod.items import (
    Answer,
    Fault,
    Instance,
    Item,
    Origin,
    Pair,
    Program,
    Reason,
    Stage,
    Status,
    Task,
    Verdict,
    digest,
    item_id_of,
)
from codeiod.journal import Journal
from codeiod.journal.records import FINISHED, Admit, End, RecipeSet, Stream
from codeiod.web.app import make_app
from codeiod.web.daemon import Submitted
from codeiod.web.door import Runner
from codeiod.web.index.filling import Filler
from codeiod.web.index.tables import Tables
from codeiod.web.stopped import Stopped

FINISHED_AT = "2026-09-21T00:00:00+00:00"
STATUSES = tuple(Status)
HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"
WORDS = ("prime", "matrix", "graph", "string", "Zähler")


@dataclass
class Dataset:
    """Parts of lines, and up to where they are committed."""

    directory: Path
    ends: dict[str, dict[int, End]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    """The highest part of each stream that ever was."""

    def add(self, stream: Stream, lines: Iterable[bytes], *, anew: bool = False) -> None:
        """Append lines to the last part, or to a new one, and commit them."""
        ends = self.ends.setdefault(stream, {})
        last = self.used.get(stream, -1)
        number = last if last in ends and not anew else last + 1
        self.used[stream] = number
        before = ends.get(number, End(number, 0, 0))
        data = b"".join(lines)
        path = self.directory / part_path(stream, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)
        ends[number] = End(number, before.length + len(data), crc32(data, before.crc))

    def finish(self, number: int, *, samples: int = 3, lost: int = 0, epoch: int = 0) -> str:
        """Write what a finished item gives; return its id."""
        item, program, pair = made(number, epoch)
        self.add(Stream.PROGRAMS, [program_line(item, program, [pair], "python")])
        self.add(Stream.SAMPLES, [_sample(item, program, pair, n, number) for n in range(samples)])
        instances = [Instance(Task.OUTPUT_PREDICTION, 0, samples + n) for n in range(lost)]
        fault = Fault(Reason.TRUNCATED, "three times")
        self.add(
            Stream.REJECTS, [reject_line(item, Stage.PREDICT, fault, one) for one in instances]
        )
        return item.item_id

    def reject(
        self, number: int, *, epoch: int = 0, reason: Reason = Reason.UNPARSABLE, why: str = "why"
    ) -> str:
        """Write what a rejected item gives; return its id."""
        item, _, _ = made(number, epoch)
        self.add(Stream.REJECTS, [reject_line(item, Stage.UNIFY, Fault(reason, why))])
        return item.item_id

    def take_up(self, numbers: Iterable[int]) -> None:
        """Write the parts anew without the lines of some items, as a redo does."""
        gone = {made(number)[0].item_id for number in numbers}
        for stream in Stream:
            for part in sorted(self.ends.get(stream, {})):
                lines = list(self.texts(stream, part))
                kept = [line for line in lines if not _leaves(stream, line, gone)]
                if len(kept) < len(lines):
                    del self.ends[stream][part]
                    (self.directory / part_path(stream, part)).unlink()
                    if kept:
                        self.add(stream, (line + b"\n" for line in kept), anew=True)

    def keep(self) -> dict[str, Any]:
        """Return all of it, to be brought back."""
        files = {path: path.read_bytes() for path in self.directory.rglob("part-*")}
        ends = {stream: dict(parts) for stream, parts in self.ends.items()}
        return {"files": files, "ends": ends, "used": dict(self.used)}

    def bring_back(self, kept: dict[str, Any]) -> None:
        """Be as it was: what came later was never durable."""
        for path in self.directory.rglob("part-*"):
            path.unlink()
        for path, data in kept["files"].items():
            path.write_bytes(data)
        self.ends, self.used = kept["ends"], kept["used"]

    def texts(self, stream: Stream, part: int) -> Iterator[bytes]:
        """Yield the committed lines of a part."""
        data = (self.directory / part_path(stream, part)).read_bytes()
        yield from data[: self.ends[stream][part].length].split(b"\n")[:-1]

    def lines(self, stream: Stream) -> list[dict[str, Any]]:
        """Return all committed lines of a stream."""
        parts = sorted(self.ends.get(stream, {}))
        return [orjson.loads(line) for part in parts for line in self.texts(stream, part)]

    def fill(self, tables: Tables) -> None:
        """Bring an index up to what is committed."""
        filler = Filler(self.directory, tables)
        filler.tell(self.ends)
        while filler.work():
            pass
        assert filler.behind == 0


def made(number: int, epoch: int = 0) -> tuple[Item, Program, Pair]:
    """Return an item with what unify and sample make of it."""
    word = WORDS[number % len(WORDS)]
    path = f"src/{word}/file_{number}.py"
    origin = Origin("src", path, 0, 40, 1, number)
    item = Item(digest(str(number)), epoch, "r1", origin, "", {"path": path})
    code = f"def main_solution(n): return n + {number}"
    program = Program(item.item_id, code, "n: int", "g", f"Count every {word} of the house.")
    return item, program, Pair(f'{{"n": {number + 1}00000000000000000000001}}', "1.10", 7)


def _sample(item: Item, program: Program, pair: Pair, index: int, number: int) -> bytes:
    task = tuple(Task)[index % 2]
    first = STATUSES[(number + index) % len(STATUSES)]
    turns = [(Answer("a", model=f"m{number % 2}", cost=0.5), Verdict(first, "1", "no"))]
    if first is not Status.SUCCESS:
        second = STATUSES[(number * index) % 3]
        turns.append((Answer("b", model="m", cost=0.25), Verdict(second, "1", "no")))
    return sample_line(
        item,
        program,
        pair,
        Instance(task, 0, index),
        "<script>alert(1)</script>",
        turns,
        teacher="openai",
        finished_at=FINISHED_AT,
        pass_rate=0.5,
    )


def _leaves(stream: Stream, line: bytes, gone: set[str]) -> bool:
    """Tell whether a line goes with its item: that it was rejected is history, and stays."""
    fields = orjson.loads(line)
    return fields["item_id"] in gone and not (stream is Stream.REJECTS and not fields["task"])


async def fill_directory(directory: Path) -> None:
    """Leave the directory of a run: 6 finished items, 2 rejected ones, 3 on their way."""
    async with (
        Journal.open(directory) as journal,
        Committer.open(directory, journal) as committer,
        anyio.create_task_group() as group,
    ):
        group.start_soon(committer.run)
        journal.append(RecipeSet("r1", {}))
        for number in range(11):
            item, program, pair = made(number)
            journal.append(Admit(item.item_id, "r1", item.origin, item.meta, "x = 1", "now"))
            if number < 6:
                lines = [_sample(item, program, pair, n, number) for n in range(4)]
                written = program_line(item, program, [pair], "python")
                done = Finished(item.item_id, 0, FINISHED, tuple(lines), (written,))
                await committer.finish(done)
            elif number < 8:
                line = reject_line(item, Stage.UNIFY, Fault(Reason.UNPARSABLE, HOSTILE))
                await committer.finish(
                    Finished(item.item_id, 0, Reason.UNPARSABLE, rejects=(line,))
                )
        committer.close()


class Taking(Stopped):
    """A daemon that takes what is submitted, and does nothing with it."""

    takes_items = True

    @property
    def taken(self) -> list[tuple[bytes, str, Mapping[str, str]]]:
        """What was submitted."""
        return self.__dict__.setdefault("_taken", [])

    async def submit(self, content: bytes, name: str, meta: Mapping[str, str]) -> Submitted:
        """Remember it."""
        if name == "refuse.py":
            raise CodeiodError("the disk is full")
        self.taken.append((content, name, meta))
        return Submitted(item_id_of(content), new=True)


@dataclass
class Site:
    """A served application, and one who asks it."""

    url: str
    port: int
    session: ClientSession
    daemon: Taking
    app: web.Application

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Ask for something; return status and JSON."""
        async with self.session.get(URL(self.url + path, encoded=True), headers=headers) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def found(self, path: str) -> Any:
        """Ask for something that the index knows, once it has read all."""
        with anyio.fail_after(30):
            while True:
                status, body = await self.get(path)
                if status != 503 and not body.get("behind"):
                    return body
                await anyio.sleep(0.02)


@asynccontextmanager
async def serve(daemon: Taking, **options: Any) -> AsyncIterator[Site]:
    """Serve a daemon on loopback."""
    app = make_app(daemon, **options)
    runner = Runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            yield Site(f"http://127.0.0.1:{port}", port, session, daemon, app)
    finally:
        await runner.cleanup()


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the directory of a run, once; nobody changes more of it than its index."""
    directory = tmp_path_factory.mktemp("run") / "out"
    with start_blocking_portal() as portal:
        portal.call(fill_directory, directory)
    return directory


@pytest.fixture(scope="session")
def daemon_of() -> Callable[[Path], Taking]:
    """Offer to read a directory as a daemon that takes items."""

    def read(directory: Path) -> Taking:
        taking = Taking.read(directory)
        assert isinstance(taking, Taking)
        return taking

    return read


@pytest.fixture
def daemon(run_directory: Path, daemon_of: Callable[[Path], Taking]) -> Taking:
    """Read the run."""
    return daemon_of(run_directory)


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractAsyncContextManager[Site]]:
    """Offer to serve a daemon, with options of the application."""
    return serve


@pytest.fixture
async def site(daemon: Taking) -> AsyncIterator[Site]:
    """Serve the run as everybody may see it."""
    async with serve(daemon, max_item_bytes=1000) as served:
        yield served


@pytest.fixture
def dataset_in() -> type[Dataset]:
    """Offer the class: a dataset of a folder."""
    return Dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Begin with nothing."""
    return Dataset(tmp_path)


@pytest.fixture
def filled(dataset: Dataset, tables: Tables) -> Dataset:
    """Have 40 items in an index, some of them rejected."""
    for number in range(40):
        if number % 4 == 3:
            dataset.reject(number, reason=(Reason.UNPARSABLE, Reason.TIMEOUT)[number % 8 == 3])
        else:
            dataset.finish(number, samples=number % 5, lost=number % 3)
    dataset.fill(tables)
    return dataset


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    """Open an index."""
    opened = Tables(tmp_path / "index.sqlite")
    yield opened
    opened.close()
