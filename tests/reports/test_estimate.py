"""An estimate follows the sample, the settings and the prices, and names where the rest is from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.config import Settings
from codeiod.reports.estimate import Estimate, Survey, estimate
from codeiod.reports.forecast import Range
from codeiod.reports.yields import PRIOR, Guess

ENDPOINT = {
    "name": "main",
    "base_url": "http://127.0.0.1:1/v1",
    "model": "m",
    "price": {"currency": "USD", "input": 1.0, "output": 10.0},
}
SURVEY = Survey(1000, 100, [4000] * 80, {"binary": 20})


def settings_of(*endpoints: dict[str, object], **sections: object) -> Settings:
    return Settings.model_validate({"endpoint": list(endpoints) or [ENDPOINT], **sections})


def estimated(settings: Settings | None = None, survey: Survey = SURVEY) -> Estimate:
    return estimate(settings or settings_of(), survey, workers=2)


def test_the_flow_of_items() -> None:
    """Entries that can't be taken in fall out; programs, samples and calls follow from the rest."""
    found = estimated()
    assert found.items.likely == 800
    assert found.items.low < 800 < found.items.high
    assert found.programs.likely == round(800 * PRIOR.programs.value)
    assert found.samples.likely == pytest.approx(6 * 0.95 * found.programs.likely, abs=3)
    assert found.stages["unify"].calls.likely == round(800 * 1.1)
    assert found.stages["unify"].input_tokens.likely == pytest.approx(800 * 1.1 * 1000, rel=0.01)
    assert found.refused == {"binary": 20}
    assert "paper" in found.source


def test_money() -> None:
    """Input and output cost their prices; the price of a stage is that of its endpoint."""
    found = estimated()
    paid = found.input_tokens.likely * 1e-6 + found.output_tokens.likely * 1e-5
    assert found.money["USD"].likely == pytest.approx(paid, rel=1e-3)
    free = ENDPOINT | {"name": "free", "price": {}}
    apart = estimated(
        settings_of(ENDPOINT, free, predict={"endpoint": "free"}, revise={"turns": 0})
    )
    shared = apart.stages["unify"]
    half = (shared.input_tokens.likely * 1e-6 + shared.output_tokens.likely * 1e-5) / 2
    assert apart.money["USD"].likely == pytest.approx(half, rel=1e-3)
    assert estimated(settings_of(free)).money == {}


def test_the_builtin_teacher_costs_nothing() -> None:
    """Without an endpoint nothing is called and nothing is paid; it takes its time all the same."""
    found = estimated(Settings.model_validate({"teacher": {"kind": "builtin"}}))
    assert (found.calls, found.money) == (Range(), {})
    assert found.seconds.likely > 0


def test_time_is_that_of_what_is_slowest() -> None:
    """A limit a minute, or few calls at once, say how long it takes."""
    quick = estimated()
    slow = estimated(settings_of(ENDPOINT | {"requests_per_minute": 1.0}))
    assert slow.seconds.likely == pytest.approx(60 * slow.calls.likely, rel=0.01)
    alone = estimated(settings_of(ENDPOINT | {"max_in_flight": 1}))
    assert quick.seconds.likely < alone.seconds.likely


def test_all_was_read() -> None:
    """Where every file was read, how many there are and how large is known, but for tokens."""
    found = estimated(survey=Survey(80, 80, [4000] * 80))
    assert found.items == Range(80, 80, 80)


def test_nothing_to_take_in() -> None:
    """Nothing comes of nothing."""
    found = estimated(survey=Survey(0, 0, []))
    assert (found.calls, found.seconds) == (Range(), Range())
    assert estimated(survey=Survey(5, 5, [], {"empty": 5})).items == Range()


GUESSES = st.builds(Guess, st.floats(0, 1e6), st.floats(0, 2))


@given(GUESSES, GUESSES)
def test_guesses(one: Guess, other: Guess) -> None:
    """Sums and products hold what is likely in their range, and are no surer than their parts."""
    for both in (one + other, one * other):
        found = both.range
        assert 0 <= found.low <= found.likely <= found.high
    assert (one * other).off >= max(one.off, other.off)
