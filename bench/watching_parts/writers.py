"""Writers that put files into a watched folder, each in its own way, and note what they did.

Run as ``python writers.py WAY FOLDER COUNT RATE SETTLE_SECONDS LOG``. Imports the standard library.
Each line of the log is a content that stood complete: from when, until when (0: to the end), how.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

AT_ONCE = 400
"""How many files a slow writer has open."""


class Log:
    """What a writer has to say, by line, and how fast it may go."""

    def __init__(self, file: TextIO, rate: float) -> None:
        self._file = file
        self._rate = rate
        self._begun = time.monotonic()

    def numbers(self, count: int) -> Iterator[int]:
        """Count files, at most so many a second."""
        for number in range(count):
            time.sleep(max(self._begun + number / self._rate - time.monotonic(), 0))
            yield number

    def note(self, content: str, since: float, until: float = 0.0, *, moved: bool = False) -> None:
        """Note a content that stood."""
        line = {"content": content, "since": since, "until": until, "moved": moved}
        self._file.write(json.dumps(line) + "\n")


def code(way: str, number: int, version: int = 0) -> str:
    """Write a file that is unlike all others, of some hundred to some thousand bytes."""
    head = f"# {way} {number} {version}\ndef f(n):\n    return n + {number}\n"
    return head + f"# {'filler ' * random.Random(f'{way}{number}').randrange(300)}\n# end\n"


def rename(folder: Path, count: int, _: float, log: Log) -> None:
    """Write under a hidden name, and rename."""
    for number in log.numbers(count):
        hidden = folder / f".r{number}.py.tmp"
        content = code("rename", number)
        hidden.write_text(content)
        hidden.rename(_place(folder, "r", number))
        log.note(content, time.time(), moved=True)


def slow(folder: Path, count: int, settle_seconds: float, log: Log) -> None:
    """Write a half in place, wait for longer than files must stand still, write the rest."""
    opened: deque[tuple[float, TextIO, str]] = deque()
    for number in log.numbers(count + AT_ONCE):
        if number < count:
            content = code("slow", number)
            half = len(content) // 2
            file = _place(folder, "s", number).open("w")
            file.write(content[:half])
            file.flush()
            opened.append((time.monotonic() + 1.5 * settle_seconds, file, content))
        if opened and (number >= count or len(opened) == AT_ONCE):
            due, file, content = opened.popleft()
            time.sleep(max(due - time.monotonic(), 0))
            file.write(content[len(content) // 2 :])
            file.close()
            log.note(content, time.time())


def link(folder: Path, count: int, settle_seconds: float, log: Log) -> None:
    """Link files that were written elsewhere; every other one is then overwritten in place.

    Of those one half once it has stood for long enough, the other at once.
    """
    standing: deque[tuple[float, float, Path, int, str]] = deque()
    for number in log.numbers(count):
        elsewhere = folder.parent / f"elsewhere-{number}"
        content = code("link", number)
        elsewhere.write_text(content)
        path = _place(folder, "l", number)
        path.hardlink_to(elsewhere)
        elsewhere.unlink()
        since = time.time()
        if number % 2:
            log.note(content, since)
        else:
            stand = 2 * settle_seconds + 0.5 if number % 4 else 0.0
            standing.append((time.monotonic() + stand, since, path, number, content))
        while standing and standing[0][0] <= time.monotonic():
            _overwrite(*standing.popleft()[1:], log)
    while standing:
        time.sleep(max(standing[0][0] - time.monotonic(), 0))
        _overwrite(*standing.popleft()[1:], log)


def _overwrite(since: float, path: Path, number: int, content: str, log: Log) -> None:
    until = time.time()
    new = code("link", number, 1)
    path.write_text(new)
    log.note(content, since, until)
    log.note(new, time.time())


def delete(folder: Path, count: int, settle_seconds: float, log: Log) -> None:
    """Write in place; delete every third one right after, replace every third one by a rename."""
    for number in log.numbers(count):
        path = _place(folder, "d", number)
        content = code("delete", number)
        path.write_text(content)
        since = time.time()
        if number % 3 == 0:
            log.note(content, since, time.time())
            path.unlink()
        elif number % 3 == 1:
            new = code("delete", number, 1)
            hidden = path.with_name(f".{path.name}")
            hidden.write_text(new)
            log.note(content, since, time.time())
            hidden.rename(path)
            log.note(new, time.time(), moved=True)
        else:
            log.note(content, since)


def _place(folder: Path, letter: str, number: int) -> Path:
    """Return a path; every fifty files go into a folder of their own, a new one."""
    below = folder / f"{letter}{number // 1000}" / f"{number // 50}"
    if number % 50 == 0:
        below.mkdir(parents=True, exist_ok=True)
    return below / f"{letter}{number}.py"


WAYS: dict[str, Callable[[Path, int, float, Log], None]] = {
    "rename": rename,
    "slow": slow,
    "link": link,
    "delete": delete,
}


@contextmanager
def _log(path: Path, rate: float) -> Iterator[Log]:
    with path.open("w", buffering=1) as file:
        yield Log(file, rate)


def main(way: str, folder: str, count: str, rate: str, settle_seconds: str, log: str) -> None:
    """Write as the command line says."""
    with _log(Path(log), float(rate)) as opened:
        WAYS[way](Path(folder), int(count), float(settle_seconds), opened)


def notes(log: Path) -> Iterator[dict[str, Any]]:
    """Read what a writer has noted."""
    with log.open() as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    os.umask(0o022)
    main(*sys.argv[1:])
