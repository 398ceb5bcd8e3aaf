"""Whole runs under caps: they pause there, go on when these are raised, and lose no count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded_parts import dataset
from recorded_parts.daemon import kill

from .paid_teacher import INPUT_TOKENS, PaidTeacher, paid_teacher
from .warm_run import WarmRun

FILES = 12
AT_ONCE = 4
PER_ITEM = 1 + 6
PRICE = 0.001
"""Of one output token, in USD; input costs nothing."""
FIRST_GUESS = 1000 * PRICE
"""What a request of a stage is thought to cost before one has been answered."""
ROUNDING = 1e-6
WORK_LEFT, SETTINGS = 3, 2
SECONDS = 100.0


@pytest.fixture
def teacher() -> Iterator[PaidTeacher]:
    """Run a paid teacher beside the test."""
    with paid_teacher() as running:
        yield running


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a folder of small files."""
    folder = tmp_path / "src"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"f{number}.py").write_text(f"def f(n):\n    return n + {number}\n")
    return folder


def run_of(
    teacher: PaidTeacher, sources: Path, *settings: str, flags: tuple[str, ...] = ()
) -> WarmRun:
    """Prepare a run over the sources, or its going on, with some settings."""
    fixed = (
        f"endpoint.0.price={{currency = 'USD', output = {PRICE * 1_000_000}}}",
        f"endpoint.0.max_in_flight={AT_ONCE}",
        "endpoint.0.concurrency=fixed",
        "sandbox.minimum_level=1",
        "sandbox.workers=1",
    )
    options = [part for setting in (*fixed, *settings) for part in ("--set", setting)]
    whom = ("--base-url", teacher.base_url, "--model", "m")
    return WarmRun(sources.parent / "out", (sources,), (*whom, *options, *flags))


def spent(run: WarmRun) -> tuple[float, float]:
    """Return what was paid, and perhaps paid."""
    report = run.report()
    return report["money"].get("USD", 0.0), report["money_perhaps"].get("USD", 0.0)


def test_the_cap_holds_and_raising_it_goes_on(teacher: PaidTeacher, sources: Path) -> None:
    """At the cap a run ends with 3 and says so; under a higher one it is as if there were none."""
    cap = 2.0
    run = run_of(teacher, sources, f"budget.money={cap}")
    assert run.finish(SECONDS) == WORK_LEFT
    assert f"budget.money = {cap:g} USD" in run.log.read_text()
    paid, perhaps = spent(run)
    assert cap - FIRST_GUESS <= paid <= cap + ROUNDING
    assert perhaps == 0
    assert run.findings() == ""
    asked = teacher.answered.total()
    assert run.finish(SECONDS) == WORK_LEFT
    assert teacher.answered.total() - asked <= FIRST_GUESS / (PRICE * teacher.output_tokens)

    teacher.output_tokens = 200
    cap = spent(run)[0] + 1.5
    assert run_of(teacher, sources, f"budget.money={cap}").finish(SECONDS) == WORK_LEFT
    assert spent(run)[0] <= cap + AT_ONCE * 200 * PRICE

    assert run_of(teacher, sources, "budget.money=1000").finish(SECONDS) == 0
    assert max(teacher.asked.values()) == 1
    assert teacher.asked.total() == FILES * PER_ITEM
    assert len(dataset.read(run.directory).samples) == FILES * 6
    assert run.findings() == ""


def test_what_was_in_flight_at_a_kill_counts(teacher: PaidTeacher, sources: Path) -> None:
    """After kill -9 the calls in flight count at their estimates, apart, and against the cap."""
    teacher.hold.clear()
    run = run_of(teacher, sources)
    process = run.start()
    for _ in range(AT_ONCE):
        assert teacher.waiting.acquire(timeout=SECONDS)
    kill(process)
    report = run.report()
    assert report["calls"]["in_flight_lost"] == AT_ONCE
    assert report["money_perhaps"] == {"USD": AT_ONCE * FIRST_GUESS}
    assert report["money"] == {}

    capped = run_of(teacher, sources, f"budget.money_per_day={AT_ONCE * FIRST_GUESS + 0.5}")
    assert capped.finish(SECONDS) == WORK_LEFT
    assert teacher.asked.total() == AT_ONCE
    assert "budget.money_per_day" in run.log.read_text()

    teacher.hold.set()
    assert run.finish(SECONDS) == 0
    assert sorted(teacher.asked.values())[-AT_ONCE - 1 :] == [1] + [2] * AT_ONCE
    assert spent(run)[1] == AT_ONCE * FIRST_GUESS
    assert run.findings() == ""


def test_tokens_are_capped_too(teacher: PaidTeacher, sources: Path) -> None:
    """A cap on tokens pauses as one on money does, without any price."""
    cap = 5000
    run = run_of(teacher, sources, f"budget.tokens={cap}")
    assert run.finish(SECONDS) == WORK_LEFT
    tokens = run.report()["tokens"]
    assert tokens["estimated"] == 0
    assert tokens["input"] == INPUT_TOKENS * teacher.answered.total()
    # The real counts are smaller than the prompts let think: those in flight may be thought less.
    assert tokens["input"] + tokens["output"] <= cap + AT_ONCE * INPUT_TOKENS
    assert f"budget.tokens = {cap} tokens" in run.log.read_text()


def test_currencies_must_agree(teacher: PaidTeacher, sources: Path) -> None:
    """A cap on money over prices in two currencies is refused before anything is asked."""
    config = sources.parent / "codeiod.toml"
    config.write_text(
        "".join(
            f'[[endpoint]]\nname = "{currency}"\nbase_url = "{teacher.base_url}"\nmodel = "m"\n'
            f'price = {{ currency = "{currency}", input = 1 }}\n'
            for currency in ("USD", "EUR")
        )
    )
    settings = ("--config", str(config), "--set", "budget.money=5")
    run = WarmRun(sources.parent / "out", (sources,), settings)
    assert run.finish(SECONDS) == SETTINGS
    assert "prices are in EUR and USD" in run.log.read_text()
    assert not run.directory.exists()
    assert not teacher.asked


def test_retry(teacher: PaidTeacher, sources: Path) -> None:
    """--retry asks again for what was refused, and for nothing else; without it nothing is."""
    teacher.refuse = "return n + 3"
    run = run_of(teacher, sources)
    assert run.finish(SECONDS) == 0
    report = run.report()
    assert report["rejected"] == {"content_filter": 1}
    assert report["items"]["finished"] == FILES - 1
    teacher.refuse = ""
    before = teacher.asked.total()
    assert run.finish(SECONDS) == 0
    assert teacher.asked.total() == before

    again = run_of(teacher, sources, flags=("--retry", "content_filter"))
    assert again.finish(SECONDS) == 0
    assert teacher.asked.total() == before + PER_ITEM
    assert sorted(teacher.asked.values())[-2:] == [1, 2]
    report = run.report()
    assert (report["rejected"], report["items"]["finished"]) == ({}, FILES)
    assert run.findings() == ""
    shown = run.tell("show", str(run.directory))
    assert (shown.returncode, bool(shown.stdout)) == (0, True)


def test_retry_of_lost_samples_reuses_the_program(teacher: PaidTeacher, sources: Path) -> None:
    """Items whose every sample was given up are asked for these again, not for the program."""
    teacher.refuse = "Reason in natural language"
    run = run_of(teacher, sources, "predict.input_pairs=1", "predict.output_pairs=1")
    assert run.finish(SECONDS) == 0
    report = run.report()
    assert report["rejected"] == {"no_samples": FILES}
    assert report["rejected_samples"] == {"content_filter": 2 * FILES}
    teacher.refuse = ""
    before = teacher.asked.total()
    options = (*run.options, "--retry", "no_samples")
    assert WarmRun(run.directory, run.sources, options).finish(SECONDS) == 0
    assert teacher.asked.total() == before + 2 * FILES
    assert run.report()["items"] == {"finished": FILES, "rejected": 0, "pending": 0}
    assert run.findings() == ""


def test_estimate_like_a_run(teacher: PaidTeacher, sources: Path) -> None:
    """An estimate by an earlier run of the same files comes near what that has cost."""
    run = run_of(teacher, sources)
    assert run.finish(SECONDS) == 0
    whom = ("--base-url", teacher.base_url, "--model", "m")
    price = f"endpoint.0.price={{currency = 'USD', output = {PRICE * 1_000_000}}}"
    like = ("--like", str(run.directory), "--json")
    told = run.tell("estimate", str(sources), *whom, "--set", price, *like)
    told.check_returncode()
    found = json.loads(told.stdout)
    report = run.report()
    assert found["items"]["likely"] == found["programs"]["likely"] == FILES
    for likely, was in (
        (found["money"]["USD"], report["money"]["USD"]),
        (found["calls"], report["calls"]["answered"]),
    ):
        assert likely["low"] <= was <= likely["high"]
    assert found["source"] == f"a run of {FILES} items"
