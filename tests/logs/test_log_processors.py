"""What happens to events before they are shown: repeats, secrets, levels, priorities."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from codeiod.config import EndpointSettings, read_api_key
from codeiod.logs import hide, journald, secrets, set_level, without_secrets
from codeiod.logs.repeats import LEFT_OUT, MOST, WINDOW_SECONDS, Repeats
from codeiod.logs.secrets import blank_secrets, blank_values


@pytest.fixture(autouse=True)
def own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what a test has hidden."""
    monkeypatch.setattr(secrets, "_hidden", set())


class Shown:
    """Where events end, and the clock that they are told by."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.now = 0.0

    def __call__(self, _: Any, __: str, event: Any) -> Any:
        self.events.append(dict(event))
        raise structlog.DropEvent

    def clock(self) -> float:
        return self.now

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]


@pytest.fixture
def shown() -> Iterator[Shown]:
    """Log into a list, with repeats left out."""
    where = Shown()
    structlog.configure(
        processors=[structlog.processors.add_log_level, Repeats(where.clock), where],
        cache_logger_on_first_use=False,
    )
    yield where
    structlog.reset_defaults()


log = structlog.get_logger()


def test_a_repeated_event_is_told_a_few_times_and_then_counted(shown: Shown) -> None:
    """After the minute one line says how many were left out, and telling begins anew."""
    for _ in range(MOST + 7):
        log.warning("teacher.retry", endpoint="main")
    assert len(shown.named("teacher.retry")) == MOST
    assert not shown.named(LEFT_OUT)
    shown.now = WINDOW_SECONDS
    log.warning("teacher.retry", endpoint="main")
    (told,) = shown.named(LEFT_OUT)
    assert told == {
        "event": LEFT_OUT,
        "left_out": "teacher.retry",
        "times": 7,
        "within_seconds": WINDOW_SECONDS,
        "endpoint": "main",
        "level": "warning",
    }
    assert shown.events.index(told) == MOST
    assert len(shown.named("teacher.retry")) == MOST + 1


def test_events_are_the_same_only_about_the_same_thing(shown: Shown) -> None:
    """Name, level and endpoint make them so; what else they say does not matter."""
    for number in range(MOST + 1):
        log.warning("a", endpoint="one", number=number)
        log.warning("a", endpoint="two")
        log.error("a", endpoint="one")
        log.warning("b")
    by_kind = [(e["event"], e["level"], e.get("endpoint")) for e in shown.events]
    assert {kind: by_kind.count(kind) for kind in by_kind} == dict.fromkeys(
        [
            ("a", "warning", "one"),
            ("a", "warning", "two"),
            ("a", "error", "one"),
            ("b", "warning", None),
        ],
        MOST,
    )


def test_what_was_asked_for_is_shown_whole(shown: Shown) -> None:
    """A dump of the state has as many lines as there is to tell."""
    for _ in range(MOST + 5):
        log.info("state.call")
    assert len(shown.named("state.call")) == MOST + 5


def test_what_was_left_out_is_told_by_the_next_event_of_any_kind(shown: Shown) -> None:
    """A thread without a loop has no other occasion."""
    for _ in range(MOST + 1):
        log.error("disk.slow")
    shown.now = WINDOW_SECONDS
    log.info("other")
    assert [(e["event"], e["level"]) for e in shown.events[-2:]] == [
        (LEFT_OUT, "error"),
        ("other", "info"),
    ]


@pytest.mark.looptime
async def test_a_loop_tells_it_without_another_event(shown: Shown) -> None:
    """A burst that ends is counted when its minute is over, not at the next trouble."""
    for _ in range(MOST + 3):
        log.warning("teacher.retry", endpoint="main")
    await asyncio.sleep(WINDOW_SECONDS - 1)
    assert not shown.named(LEFT_OUT)
    shown.now = WINDOW_SECONDS
    await asyncio.sleep(2)
    assert [event["times"] for event in shown.named(LEFT_OUT)] == [3]


def test_the_end_of_the_process_tells_it(shown: Shown) -> None:
    """Nothing that was left out goes uncounted."""
    repeats = Repeats(shown.clock)
    structlog.configure(processors=[structlog.processors.add_log_level, repeats, shown])
    for _ in range(MOST + 2):
        log.warning("x")
    repeats.tell(at_the_end=True)
    repeats.tell(at_the_end=True)
    assert [event["times"] for event in shown.named(LEFT_OUT)] == [2]


def test_the_level_changes_while_the_program_runs(shown: Shown) -> None:
    """Loggers that were made before follow."""
    set_level("error")
    log.warning("quiet")
    set_level("debug")
    log.debug("loud")
    assert [event["event"] for event in shown.events] == ["loud"]


@given(st.text(min_size=4, max_size=60), st.text(max_size=40))
def test_a_hidden_secret_never_shows(secret: str, text: str) -> None:
    """As it is, within JSON, or as Python shows it."""
    hide(secret)
    for line in (
        f"{text}{secret}{text}",
        json.dumps({"why": f"{text} {secret}"}),
        f"error={secret!r}",
    ):
        shown = blank_secrets(None, "", line)
        assert "*" in secret or all(secret not in part for part in shown.split("***"))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer ***"),
        ('{"authorization": "bearer abcdefgh.12345"}', '{"authorization": "bearer ***"}'),
        ("key sk-proj-abcdefgh123 refused", "key *** refused"),
        ("http://user:pass@host/v1", "http://***@host/v1"),
        ("?api_key=0123456789abc&x=1", "?api_key=***&x=1"),
        ("a bearer of news", "a bearer of news"),
        ("max_tokens=1234567890", "max_tokens=1234567890"),
        (
            "endpoint=main why='503 Service Unavailable'",
            "endpoint=main why='503 Service Unavailable'",
        ),
    ],
)
def test_what_looks_like_a_secret_is_blanked(line: str, shown: str) -> None:
    """Also where no one said that it is one; ordinary words stay."""
    assert without_secrets(line) == shown


def test_a_key_that_was_read_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to remember to do it."""
    monkeypatch.setenv("SOME_KEY", "q7-plain-words")
    endpoint = EndpointSettings(base_url="http://h/v1", model="m", api_key_env="SOME_KEY")
    assert read_api_key(endpoint) == "q7-plain-words"
    assert without_secrets("401 for q7-plain-words") == "401 for ***"


def test_secrets_are_blanked_in_fields_for_who_keeps_events() -> None:
    """Only texts are looked at; the rest is blanked once it is a line."""
    hide("hidden-key-1")
    event = {"event": "x", "why": "with hidden-key-1", "attempt": 3}
    assert blank_values(None, "", event) == {"event": "x", "why": "with ***", "attempt": 3}


def test_a_line_for_the_journal_is_json_behind_its_priority() -> None:
    """Of one line, whatever is in it; the event comes first."""
    event = {"path": "a\nb\x1b\udc80", "level": "warning", "event": "x", "error": OSError("no")}
    line = journald.render(None, "", event)
    assert line.startswith('<4>{"event": "x", "level": "warning"')
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line.removeprefix("<4>"))["path"] == "a\nb\x1b\udc80"


@pytest.mark.parametrize(
    ("level", "priority"), [("debug", 7), ("info", 6), ("warning", 4), ("error", 3), ("odd", 3)]
)
def test_levels_are_the_journal_s_priorities(level: str, priority: int) -> None:
    """So that journalctl --priority finds them."""
    assert journald.prioritized(level, "x") == f"<{priority}>x"


def test_a_long_field_loses_its_middle() -> None:
    """Journald would cut the line, and it would be JSON no more."""
    text = "begin" + 100_000 * "x" + "end"
    line = journald.render(None, "", {"event": "e", "level": "error", "exception": text})
    shown = json.loads(line[3:])["exception"]
    assert len(line) < 10_000
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert "94008 characters left out" in shown


def test_the_journal_is_known_by_its_stream() -> None:
    """A pipe or file below a unit is not the journal, though the variable is set."""
    reading, writing = os.pipe()
    status = os.fstat(writing)
    with os.fdopen(reading), os.fdopen(writing, "w") as stream:
        mine = f"{status.st_dev}:{status.st_ino}"
        assert journald.is_journal(stream, {"JOURNAL_STREAM": mine})
        assert not journald.is_journal(stream, {"JOURNAL_STREAM": "8:1"})
        assert not journald.is_journal(stream, {})
    assert not journald.is_journal(io.StringIO(), {"JOURNAL_STREAM": mine})
    assert not journald.is_journal(stream, {"JOURNAL_STREAM": mine})


def test_levels_are_those_of_the_standard_library() -> None:
    """They are compared with them."""
    from codeiod.logs.levels import LEVELS

    assert all(logging.getLevelNamesMapping()[name.upper()] == n for name, n in LEVELS.items())
