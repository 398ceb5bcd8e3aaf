"""When a request is tried again, when it is given up: the policy as data, and who applies it.

May import tenacity, structlog, ``items`` and ``llm.faults``. What is retried: every transport
fault, every refusal that is about the endpoint, and a refusal of the request as long as the
endpoint has answered nothing at all. Nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from codeiod.items import Reason
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """The figures of the retries."""

    first_wait_seconds: float = 1.0
    """Each wait is drawn between half of its length and the whole; then the length doubles."""
    longest_wait_seconds: float = 60.0
    early_wait_seconds: float = 2.0
    """The longest wait while it is open whether an endpoint that never answered is there at all."""
    early_failures: int = 8
    poison_failures: int = 8
    """A request that failed so often while others were answered is given up."""
    refusals_by_rate: int = 100
    """As ``poison_failures``, for 429: it speaks of the others' requests more than of this one,
    and at a tight limit eight in a row are common."""
    retry_after_jitter: float = 0.1
    """Up to this share is added to what a server asks for, so that not all come back at once."""


POLICY = Policy()


class GivenUp(Exception):
    """The request failed for good."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Tries:
    """What one request has been through, and what follows from it.

    A failure counts only if its endpoint has answered another request since this request's last
    failure there (at the first: ever). An outage, in which no one is answered, so counts once
    however long it lasts; what fails while all others get through counts each time.
    """

    def __init__(self, policy: Policy, draw: random.Random) -> None:
        self._policy = policy
        self._draw = draw
        self._answered_before: dict[str, int] = {}
        self._failures = 0
        self._refusals_by_rate = 0
        self._endpoint_is_new = True
        self._others = 0
        self.last_endpoint = ""

    def judge(
        self, fault: TransportFault | Refused, endpoint: str, answered: int, others: int = 0
    ) -> None:
        """Take in a failure.

        :param answered: how many requests the endpoint has answered in its life.
        :param others: how many other endpoints can be asked: the next tries need no wait.
        :raises GivenUp: another try would be of no use.
        """
        self.last_endpoint = endpoint
        self._others = others
        self._endpoint_is_new = answered == 0
        if isinstance(fault, Refused):
            self._judge_refusal(fault)
        elif answered > self._answered_before.get(endpoint, 0):
            self._count(fault)
        self._answered_before[endpoint] = answered

    def _judge_refusal(self, refused: Refused) -> None:
        reason = {
            RefusedKind.CONTEXT_LENGTH: Reason.CONTEXT_LENGTH,
            RefusedKind.CONTENT_FILTER: Reason.CONTENT_FILTER,
        }.get(refused.kind)
        if reason is not None:
            raise GivenUp(reason, str(refused)) from refused
        if refused.kind is RefusedKind.OTHER and not self._endpoint_is_new:
            raise GivenUp(Reason.TEACHER_FAILED, str(refused)) from refused

    def _count(self, fault: TransportFault) -> None:
        if fault.kind is FaultKind.RATE:
            self._refusals_by_rate += 1
        else:
            self._failures += 1
        if (
            self._failures >= self._policy.poison_failures
            or self._refusals_by_rate >= self._policy.refusals_by_rate
        ):
            times = self._failures + self._refusals_by_rate
            detail = f"failed {times} times while other requests were answered; at last: {fault}"
            raise GivenUp(Reason.TEACHER_FAILED, detail) from fault

    def wait_seconds(self, state: RetryCallState) -> float:
        """Return how long to wait before the next try (tenacity's ``wait``)."""
        policy, failures = self._policy, state.attempt_number
        if failures <= self._others:
            return 0.0
        length = policy.first_wait_seconds * 2.0 ** min(failures - 1, 30)
        length = min(length, policy.longest_wait_seconds)
        if self._endpoint_is_new and failures <= policy.early_failures:
            length = min(length, policy.early_wait_seconds)
        wait = length * self._draw.uniform(0.5, 1.0)
        fault = state.outcome.exception() if state.outcome else None
        asked = fault.retry_after if isinstance(fault, TransportFault) else None
        if asked is not None:
            wait = max(wait, asked * self._draw.uniform(1.0, 1.0 + policy.retry_after_jitter))
        return wait


async def persist(
    ask: Callable[[], Awaitable[T]], tries: Tries, sleep: Callable[[float], Awaitable[None]]
) -> T:
    """Ask until an answer comes.

    :param ask: tells ``tries`` of each failure before it raises it.
    :raises GivenUp: the request failed for good.
    """
    try:
        return await ask()
    except (TransportFault, Refused) as fault:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((TransportFault, Refused)),
            wait=tries.wait_seconds,
            before_sleep=partial(_log_retry, tries),
            sleep=sleep,
        )
        return await retrying(_after(fault, ask))


def _after(fault: Exception, ask: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Fail as the first try did, then ask: so only a request that failed pays for tenacity.

    Its bookkeeping takes 0.1 ms of CPU a call, as much as the call itself.
    """
    first = [fault]

    async def fail_then_ask() -> T:
        if first:
            raise first.pop()
        return await ask()

    return fail_then_ask


def _log_retry(tries: Tries, state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    log.warning(
        "teacher.retry",
        endpoint=tries.last_endpoint,
        attempt=state.attempt_number,
        wait_seconds=round(state.upcoming_sleep, 2),
        why=str(fault),
    )
