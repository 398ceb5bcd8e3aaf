"""Limits that providers announce are read in each of their forms; what is none tells nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.llm.demand import Subject
from codeiod.llm.ratelimit_headers import Told, told_limits

NOW = 1_790_000_000.0


def openai(subject: str, limit: str, remaining: str, reset: str) -> dict[str, str]:
    return {
        f"x-ratelimit-limit-{subject}": limit,
        f"x-ratelimit-remaining-{subject}": remaining,
        f"X-RateLimit-Reset-{subject.title()}": reset,
    }


def anthropic(subject: str, limit: str, remaining: str, reset: str) -> dict[str, str]:
    return {
        f"anthropic-ratelimit-{subject}-limit": limit,
        f"anthropic-ratelimit-{subject}-remaining": remaining,
        f"anthropic-ratelimit-{subject}-reset": reset,
    }


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (openai("requests", "60", "59", "1s"), {Subject.REQUESTS: Told(60, 59)}),
        (openai("requests", "60", "59", "17ms"), {Subject.REQUESTS: Told(60, 59)}),
        (openai("tokens", "150000", "0", "1m0s"), {Subject.TOKENS: Told(150000, 0)}),
        (openai("tokens", "6000", "5000", "7.66s"), {Subject.TOKENS: Told(6000, 5000)}),
        (openai("tokens", "6000", "5000", "7.66"), {Subject.TOKENS: Told(6000, 5000)}),
        (openai("requests", "60", "1", str(int(NOW) + 59)), {Subject.REQUESTS: Told(60, 1)}),
        (openai("requests", "60", "1", f"{NOW:.0f}500"), {Subject.REQUESTS: Told(60, 1)}),
        (openai("tokens-prompt", "9", "9", "0"), {Subject.INPUT_TOKENS: Told(9, 9)}),
        (openai("tokens-generated", "9", "9", "0"), {Subject.OUTPUT_TOKENS: Told(9, 9)}),
        ({"x-ratelimit-limit-requests-minute": "30"}, {Subject.REQUESTS: Told(30, math.inf)}),
        (
            anthropic("requests", "50", "49", "2026-09-21T14:13:21Z")
            | anthropic("input-tokens", "20000", "100", "2026-09-21T14:13:21+00:00")
            | anthropic("output-tokens", "4000", "4000", "2026-09-21T14:13:20"),
            {
                Subject.REQUESTS: Told(50, 49),
                Subject.INPUT_TOKENS: Told(20000, 100),
                Subject.OUTPUT_TOKENS: Told(4000, 4000),
            },
        ),
    ],
)
def test_each_form_is_read(headers: dict[str, str], told: dict[Subject, Told]) -> None:
    """The limit a minute, and how much of it is left."""
    assert told_limits(headers, NOW) == told


@pytest.mark.parametrize(
    "headers",
    [
        openai("requests", "14400", "14370", "2m59.56s"),
        openai("requests", "200", "199", "7m12s"),
        openai("requests", "200", "199", "1h0m0s"),
        openai("requests", "200", "199", "2026-09-21T23:59:59Z"),
        openai("requests-day", "200", "199", "1s"),
        openai("requests", "0", "0", "0"),
        openai("requests", "-1", "0", "0"),
        openai("requests", "many", "0", "0"),
        openai("requests", "nan", "0", "0"),
        {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "1"},
        {"x-ratelimit-remaining-requests": "5"},
        {"retry-after": "5"},
        {},
    ],
)
def test_what_is_no_limit_a_minute_tells_nothing(headers: dict[str, str]) -> None:
    """Limits of a day, bare names whose window differs by provider, nonsense."""
    assert told_limits(headers, NOW) == {}


@given(
    st.dictionaries(
        st.sampled_from(sorted(openai("requests", "", "", "") | anthropic("tokens", "", "", ""))),
        st.text(max_size=20) | st.from_regex(r"[0-9.]{0,4}[dhms.]{0,3}[0-9.]{0,4}m?s?"),
    )
)
def test_whatever_is_sent_is_read_or_passed_over(headers: dict[str, str]) -> None:
    """No header breaks a call that was paid for."""
    for told in told_limits(headers, NOW).values():
        assert 0 < told.per_minute < math.inf
