"""How each endpoint stands, and when a run has to end because none can answer.

May import anyio, structlog, ``errors``, ``llm.faults`` and ``llm.notice``. Times are the loop's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum

import anyio
import structlog

from codeiod.errors import CodeiodError, EndpointRefused, EndpointsGone
from codeiod.llm.faults import Refused, RefusedKind, TransportFault
from codeiod.llm.notice import Notice

TRIAL_SECONDS = 10.0
"""How long an endpoint may be unreachable, or refuse all it is asked, before it counts as refused:
a server that is just starting gets its chance."""
GONE_SECONDS = 600.0

log = structlog.get_logger(__name__)


class Standing(Enum):
    """How an endpoint behaved when it was last asked."""

    UNTRIED = ""
    ANSWERING = "answers"
    LIMPING = "does not answer"
    """There, but 5xx, garbage, silence: that may pass at any time."""
    UNREACHABLE = "can't be reached"
    SUSPECT = "refuses what it is asked"
    """Before its first answer: the requests may be to blame, or the settings."""
    KEY_REFUSED = "refuses the key"
    MODEL_REFUSED = "does not know the model or the route"
    QUOTA_USED = "has no quota left"


BROKEN = {
    RefusedKind.KEY: Standing.KEY_REFUSED,
    RefusedKind.MODEL_OR_ROUTE: Standing.MODEL_REFUSED,
    RefusedKind.QUOTA: Standing.QUOTA_USED,
}
"""What no other request and no waiting mends: only the operator does."""
TRIALS = {
    Standing.UNREACHABLE: TRIAL_SECONDS,
    Standing.SUSPECT: TRIAL_SECONDS,
    Standing.KEY_REFUSED: 0.0,
    Standing.MODEL_REFUSED: 0.0,
    Standing.QUOTA_USED: 0.0,
}
"""How long a standing has to last before it is a refusal."""
REST_SECONDS = {
    Standing.UNREACHABLE: 2.0,
    Standing.SUSPECT: 2.0,
    Standing.KEY_REFUSED: 60.0,
    Standing.MODEL_REFUSED: 60.0,
    Standing.QUOTA_USED: 60.0,
}
"""How long an endpoint in trouble is left alone where another can be asked."""
ADVICE = {
    Standing.UNREACHABLE: "is the server running, and is base_url right?",
    Standing.SUSPECT: "check the model, the stages' parameters and extra_body",
    Standing.KEY_REFUSED: "check api_key_env or api_key_file",
    Standing.MODEL_REFUSED: "check model and base_url",
    Standing.QUOTA_USED: "top up the account, or raise its limit",
}


class Health:
    """What is known of one endpoint."""

    def __init__(self, name: str, shown_url: str, trouble: Notice) -> None:
        """Take the address as it may be shown, and the notice for every change of standing."""
        self.answered = 0
        self.standing = Standing.UNTRIED
        self.last_sign: float | None = None
        """When it last answered, or refused one request for that request's own sake."""
        self._name = name
        self._url = shown_url
        self._trouble = trouble
        self._since = 0.0
        self._why = ""
        self._rests_until = -math.inf

    def note_answer(self) -> None:
        """Take in an answer."""
        self.answered += 1
        self._note_sign()

    def note_failure(self, fault: TransportFault | Refused, started: float) -> None:
        """Take in how a request that left at ``started`` failed."""
        self._why = str(fault)
        standing = self._standing_after(fault)
        if standing is Standing.ANSWERING:
            self._note_sign()
        else:
            self._stand(standing, started)

    @property
    def failing(self) -> bool:
        """Whether the last thing heard of it was a failure."""
        return self.standing not in (Standing.UNTRIED, Standing.ANSWERING)

    @property
    def refused_from(self) -> float | None:
        """The moment from which it counts as refused, should it stay as it is."""
        trial = TRIALS.get(self.standing)
        return None if trial is None else self._since + trial

    def rests(self, now: float) -> bool:
        """Whether it is to be left alone where another endpoint can be asked."""
        return now < self._rests_until

    def probe(self, now: float) -> None:
        """Let one request find out; while an endpoint in trouble is asked, it rests for others."""
        self._rests_until = now + REST_SECONDS.get(self.standing, -math.inf)

    def describe(self) -> str:
        """Say in one line how it stands and what to do."""
        advice = ADVICE.get(self.standing)
        line = f"endpoint {self._name!r} ({self._url}) {self.standing.value}: {self._why}"
        return f"{line}; {advice}" if advice else line

    def _standing_after(self, fault: TransportFault | Refused) -> Standing:
        if isinstance(fault, TransportFault):
            return Standing.UNREACHABLE if fault.unconnected else Standing.LIMPING
        broken = BROKEN.get(fault.kind)
        if broken is not None:
            return broken
        if fault.kind is RefusedKind.OTHER and not self.answered:
            return Standing.SUSPECT
        return Standing.ANSWERING

    def _note_sign(self) -> None:
        now = anyio.current_time()
        self.last_sign = now
        if self.standing is not Standing.ANSWERING:
            self._stand(Standing.ANSWERING, now)

    def _stand(self, standing: Standing, since: float) -> None:
        self._rests_until = anyio.current_time() + REST_SECONDS.get(standing, -math.inf)
        if standing is self.standing:
            return
        was_in_trouble = self.standing in REST_SECONDS
        self.standing, self._since = standing, since
        if standing in REST_SECONDS:
            log.warning("endpoint.trouble", endpoint=self._name, why=self.describe())
        elif was_in_trouble and standing is Standing.ANSWERING:
            log.info("endpoint.recovered", endpoint=self._name)
        self._trouble.give()


class Watch:
    """Decides from the endpoints' health whether going on has a point."""

    def __init__(self, stages: Mapping[str, Sequence[Health]], trouble: Notice) -> None:
        """Take the endpoints that each stage may use, and the notice that they share."""
        self._stages = stages
        self._trouble = trouble
        self._open = dict.fromkeys(stages, 0)
        self._asked_since = dict.fromkeys(stages, 0.0)

    @contextmanager
    def request(self, stage: str) -> Iterator[None]:
        """Count a request as wanted, from its first try to its last."""
        if not self._open[stage]:
            self._asked_since[stage] = anyio.current_time()
            self._trouble.give()
        self._open[stage] += 1
        try:
            yield
        finally:
            self._open[stage] -= 1

    async def watch(self, *, patient: bool = False) -> None:
        """Watch for ever.

        :param patient: say so in the log where the run would have to end, and go on.
        :raises EndpointRefused: no endpoint of a stage can ever answer.
        :raises EndpointsGone: after answers had come, none has come for ``GONE_SECONDS``.
        """
        down = False
        while True:
            error, deadline = self.verdict(anyio.current_time())
            if error is not None and not patient:
                raise error
            if error is not None and not down:
                log.error("endpoints.unavailable", why=str(error))
            if error is None and down:
                log.info("endpoints.available")
            down = error is not None
            with anyio.CancelScope(deadline=deadline):
                await self._trouble.wait()

    def verdict(self, now: float) -> tuple[CodeiodError | None, float]:
        """Return why the run has to end, if it has, and when to look again at the latest."""
        deadlines = [math.inf]
        for stage, healths in self._stages.items():
            if not self._open[stage]:
                continue
            error, deadline = self._verdict_of(stage, healths, now)
            if error is not None:
                return error, math.inf
            deadlines.append(deadline)
        return None, min(deadlines)

    def _verdict_of(
        self, stage: str, healths: Sequence[Health], now: float
    ) -> tuple[CodeiodError | None, float]:
        if all(health.last_sign is None for health in healths):
            deadline = _latest(health.refused_from for health in healths)
            if deadline <= now:
                return EndpointRefused(_lines(f"no endpoint can answer ({stage})", healths)), now
            return None, deadline
        if not all(health.failing for health in healths):
            return None, math.inf
        silent_since = max(self._asked_since[stage], self._last_sign())
        if silent_since + GONE_SECONDS <= now:
            what = f"no endpoint has answered for {GONE_SECONDS:g} s"
            return EndpointsGone(_lines(what, healths) + "; run again to go on"), now
        return None, silent_since + GONE_SECONDS

    def _last_sign(self) -> float:
        signs = [h.last_sign for healths in self._stages.values() for h in healths]
        return max(sign for sign in signs if sign is not None)


def _latest(moments: Iterator[float | None]) -> float:
    return max(math.inf if moment is None else moment for moment in moments)


def _lines(what: str, healths: Sequence[Health]) -> str:
    return f"{what}: " + "; ".join(health.describe() for health in healths)
