"""The lock of a directory: who holds it is known without trying it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from codeiod.journal.disk import OsDisk
from codeiod.journal.folder import running


def test_dead_holder(tmp_path: Path, make_journal: Callable[..., None]) -> None:
    """No number of a process, dead or used again, makes a directory look alive; the lock does."""
    make_journal(tmp_path)
    path = tmp_path / "journal" / "LOCK"
    for text in ("4194399\n", "rubbish", f"{os.getpid()}\n", "1\n", ""):
        path.write_text(text)
        assert not running(OsDisk(), tmp_path)
    descriptor = OsDisk().lock(path)
    assert descriptor is not None
    assert running(OsDisk(), tmp_path)
    os.close(descriptor)
    assert not running(OsDisk(), tmp_path)


def test_no_one_is_turned_away(tmp_path: Path, make_journal: Callable[..., None]) -> None:
    """However often readers ask who holds the lock, a daemon that starts gets it."""
    make_journal(tmp_path)
    over = Event()

    def ask() -> None:
        while not over.is_set():
            running(OsDisk(), tmp_path)

    readers = [Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(300):
            descriptor = OsDisk().lock(tmp_path / "journal" / "LOCK")
            assert descriptor is not None
            os.close(descriptor)
    finally:
        over.set()
        for reader in readers:
            reader.join()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    """Where there is no lock, no one runs."""
    assert not running(OsDisk(), tmp_path / "nowhere")
