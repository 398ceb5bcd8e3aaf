"""Warnings and errors are kept in plain words, few and counted; a status is one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import structlog

from codeiod.journal.state import State
from codeiod.reports.affairs import Affairs, BudgetAffairs, Phase, WatchAffairs
from codeiod.reports.sentence import sentence
from codeiod.reports.status import ItemCounts, report_of
from codeiod.reports.troubles import MOST_CHARACTERS, Troubles, in_words


def test_warnings_are_kept_and_others_pass() -> None:
    """Each event goes on unchanged; information is not kept; the newest comes first."""
    troubles = Troubles(clock=iter((1.0, 2.0)).__next__)
    processors = [structlog.stdlib.add_log_level, troubles, structlog.processors.KeyValueRenderer()]
    said: list[str] = []
    log = structlog.wrap_logger(
        SimpleNamespace(info=said.append, warning=said.append, error=said.append),
        processors=processors,
        wrapper_class=structlog.BoundLogger,
    )
    log.info("run.started", items=3)
    log.warning("teacher.retry", endpoint="main", wait_seconds=1.5, why="503 overloaded")
    log.error("endpoints.unavailable", why="nobody answers")
    assert len(said) == 3
    newest, older = troubles.newest()
    assert (newest.level, newest.event, newest.text) == (
        "error",
        "endpoints.unavailable",
        "nobody answers",
    )
    assert (older.at, older.text) == (1.0, "endpoint main: 503 overloaded")


def test_repeats_are_counted() -> None:
    """The same trouble again is one trouble, the newest, however others come in between."""
    troubles = Troubles(most=2)
    for text in ("a", "b", "a", "b", "a", "c"):
        troubles.note("warning", "x", text)
    assert [(one.text, one.times) for one in troubles.newest()] == [("c", 1), ("a", 3)]


def test_words() -> None:
    """A trouble says what it is about once, its reason and advice, or else its fields."""
    why = "endpoint 'main' (http://h) refuses the key: 401"
    assert in_words({"event": "endpoint.trouble", "endpoint": "main", "why": why}) == why
    assert (
        in_words({"event": "disk.full", "folder": "/out", "advice": "make room\nto go on"})
        == "folder /out: make room to go on"
    )
    assert in_words({"event": "x.y", "hard_limit": 1, "wanted": 2}) == "hard limit 1, wanted 2"
    assert in_words({"event": "x.y"}) == "x.y"
    retry = {"event": "x", "endpoint": "main", "item": "ab", "why": "503"}
    assert in_words(retry) == "endpoint main: 503"
    assert in_words({"event": "x", "item": "ab", "error": "no"}) == "item ab: no"
    assert len(in_words({"event": "x", "why": "w" * 5000})) == MOST_CHARACTERS


def affairs(**values: object) -> Affairs:
    report = replace(report_of(State()), items=ItemCounts(1100, 104, 60), money={"EUR": 12.345})
    plain = {"phase": Phase.WORKING, "why": "", "ready": True, "version": "1", "pid": 1}
    plain |= {"directory": str(Path("out")), "at": 2.0, "started_at": 1.0, "report": report}
    return Affairs(**(plain | values))  # type: ignore[arg-type]  # by name


def test_a_sentence() -> None:
    """It tells the phase, the counts, the money, and why it waits where it does."""
    at_work = affairs(total_entries=5000, in_flight=48, budget=BudgetAffairs("EUR", money=50.0))
    assert sentence(at_work) == (
        "working: 1,204 of 5,000 items done (1,100 finished, 104 rejected), 60 pending,"
        " 48 calls in flight, 12.35 of 50.00 EUR spent"
    )
    waiting = affairs(
        phase=Phase.WAITING, why="the disk\nis full", watched=(WatchAffairs("/d", unsettled=2),)
    )
    assert sentence(waiting) == (
        "waiting: 1,204 items done (1,100 finished, 104 rejected), 60 pending,"
        " 2 files still being written, 12.35 EUR spent (the disk is full)"
    )
