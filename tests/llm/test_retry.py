"""An outage never costs a request, poison ends; waits grow, jitter, and obey the server."""

from __future__ import annotations

import random
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity import AsyncRetrying, RetryCallState
from tenacity import Future as Outcome

from codeiod.items import Reason
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.retry import POLICY, GivenUp, Tries

DOWN = TransportFault(FaultKind.STATUS, "503 down")
LIMITED = TransportFault(FaultKind.RATE, "429 slow down")


def tries() -> Tries:
    return Tries(POLICY, random.Random(1))


def failures_until_given_up(fault: TransportFault, most: int) -> int:
    """Fail while others are answered in between; return the number of the last failure."""
    request = tries()
    for n in range(1, most + 1):
        try:
            request.judge(fault, "main", answered=n)
        except GivenUp:
            return n
    return most + 1


def test_poison_ends_after_eight_failures_among_answers() -> None:
    """What fails while all others get through is given up at the eighth failure."""
    assert failures_until_given_up(DOWN, 20) == 8


def test_refusals_by_rate_are_not_the_requests_fault() -> None:
    """At a tight limit a request is refused often and still gets through; but not for ever."""
    assert failures_until_given_up(LIMITED, 200) == POLICY.refusals_by_rate


@given(before=st.integers(0, 10_000), failures=st.integers(1, 1_000))
def test_an_outage_of_any_length_costs_nothing(before: int, failures: int) -> None:
    """While no one is answered, failures count once at most."""
    request = tries()
    for _ in range(failures):
        request.judge(DOWN, "main", answered=before)
    for n in range(1, POLICY.poison_failures - 1):
        request.judge(DOWN, "main", answered=before + n)


def test_an_endpoint_is_measured_by_its_own_answers() -> None:
    """That one endpoint answers does not make the outage of another count."""
    request = tries()
    for n in range(100):
        request.judge(DOWN, "dead", answered=3)
        if n < POLICY.poison_failures - 2:
            request.judge(DOWN, "alive", answered=n + 1)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (RefusedKind.CONTEXT_LENGTH, Reason.CONTEXT_LENGTH),
        (RefusedKind.CONTENT_FILTER, Reason.CONTENT_FILTER),
    ],
)
def test_what_can_never_succeed_ends_at_once(kind: RefusedKind, reason: Reason) -> None:
    """Even as the first reply of an endpoint."""
    with pytest.raises(GivenUp) as caught:
        tries().judge(Refused(kind, "400 no"), "main", answered=0)
    assert (caught.value.reason, caught.value.detail) == (reason, "400 no")


def test_another_refusal_is_held_until_the_endpoint_has_answered_something() -> None:
    """Before the first answer the settings may be to blame; after it the request is."""
    request, refused = tries(), Refused(RefusedKind.OTHER, "400 no")
    for _ in range(50):
        request.judge(refused, "main", answered=0)
    with pytest.raises(GivenUp) as caught:
        request.judge(refused, "main", answered=1)
    assert caught.value.reason is Reason.TEACHER_FAILED


@pytest.mark.parametrize("kind", [RefusedKind.KEY, RefusedKind.MODEL_OR_ROUTE])
def test_a_broken_endpoint_costs_no_request(kind: RefusedKind) -> None:
    """A key that is taken back is the endpoint's trouble: requests wait."""
    request = tries()
    for answered in range(100):
        request.judge(Refused(kind, "401"), "main", answered)


def wait_after(request: Tries, fault: Exception, failures: int) -> float:
    state = RetryCallState(AsyncRetrying(), None, (), {})
    state.attempt_number = failures
    outcome: Future[None] = Outcome(failures)
    outcome.set_exception(fault)
    state.outcome = outcome
    return request.wait_seconds(state)


@given(failures=st.integers(1, 100_000), asked=st.none() | st.floats(0, 300), seed=st.integers())
def test_waits_stay_within_their_bounds(failures: int, asked: float | None, seed: int) -> None:
    """From half a second to a minute, doubling; never before the time that the server names."""
    request = Tries(POLICY, random.Random(seed))
    fault = TransportFault(FaultKind.RATE, "429", retry_after=asked)
    request.judge(fault, "main", answered=1)
    wait = wait_after(request, fault, failures)
    length = min(60.0, 2.0 ** min(failures - 1, 10))
    low, high = length / 2, length
    if asked is not None:
        low, high = max(low, asked), max(high, asked * 1.1)
    assert low <= wait <= high


def test_an_endpoint_that_never_answered_is_tried_often_at_first() -> None:
    """So that it is known in ten seconds, and later left in peace."""
    request = tries()
    request.judge(TransportFault(FaultKind.UNREACHABLE, "refused"), "main", answered=0)
    assert all(wait_after(request, DOWN, n) <= POLICY.early_wait_seconds for n in range(1, 9))
    assert wait_after(request, DOWN, 9) >= 30


def test_a_wait_is_drawn_anew_each_time() -> None:
    """Requests that failed together do not come back together."""
    request = tries()
    assert len({wait_after(request, DOWN, 3) for _ in range(10)}) == 10
