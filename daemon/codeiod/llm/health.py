"""How each endpoint stands, and when it is left alone: a circuit breaker.

May import structlog, ``llm.clock``, ``llm.faults`` and ``llm.notice``. Times are the loop's.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Protocol

import structlog

from codeiod.llm import clock
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.notice import Notice

TRIAL_SECONDS = 10.0
"""How long an endpoint may be unreachable, or refuse all it is asked, before it counts as refused:
a server that is just starting gets its chance."""
LIMPS_AFTER = 5
"""So many failures in a row, and an endpoint that is there is left alone as well."""
LIMPING_REST_SECONDS = 2.0
PROBE_SECONDS = 30.0
"""How long one request may take to find out how an endpoint in trouble is, before another one is
sent: its failure may be a time-out, and each of them may be billed."""

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


class Gate(Protocol):
    """Whether an endpoint is to be left alone for now: what the limits ask of ``Health``."""

    def rests(self, now: float) -> bool:
        """Whether it is to be left alone where another endpoint can be asked."""
        ...

    def probe(self, now: float) -> None:
        """Take in that a request leaves, which finds out if the endpoint was resting."""
        ...


class Health:
    """What is known of one endpoint."""

    def __init__(self, name: str, shown_url: str, trouble: Notice) -> None:
        """Take the address as it may be shown, and the notice for every change of standing."""
        self.answered = 0
        self.standing = Standing.UNTRIED
        self.last_sign: float | None = None
        """When it last answered, or refused one request for that request's own sake."""
        self._name = name
        self.url = shown_url
        self._trouble = trouble
        self._since = 0.0
        self._noticed_at = -math.inf
        self._why = ""
        self._rests_until = -math.inf
        self._in_a_row = 0
        """Failures of a server that is there, since it last answered."""

    def note_answer(self, left_at: float = math.inf) -> None:
        """Take in an answer to a request that left then.

        One that left before the trouble was noticed does not say that it is over.
        """
        self.answered += 1
        self.last_sign = clock.now()
        if left_at >= self._noticed_at:
            self._note_well()

    def note_failure(self, fault: TransportFault | Refused, started: float) -> None:
        """Take in how a request that left at ``started`` failed."""
        self._why = str(fault)
        standing = self._standing_after(fault)
        if standing is Standing.LIMPING and fault.kind is not FaultKind.RATE:
            self._in_a_row += 1  # a refusal for the rate's sake is the pace's to heed
        if standing is Standing.ANSWERING:
            self.last_sign = clock.now()
            self._note_well()
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

    @property
    def rests_until(self) -> float:
        """The moment from which it may be asked again."""
        return self._rests_until

    def rests(self, now: float) -> bool:
        """Whether it is to be left alone where another endpoint can be asked."""
        return now < self._rests_until

    def probe(self, now: float) -> None:
        """Let one request find out; while an endpoint in trouble is asked, it rests for others."""
        rest_seconds = self._rest_seconds
        if rest_seconds:
            self._rests_until = now + max(rest_seconds, PROBE_SECONDS)

    def describe(self) -> str:
        """Say in one line how it stands and what to do."""
        advice = ADVICE.get(self.standing)
        line = f"endpoint {self._name!r} ({self.url}) {self.standing.value}: {self._why}"
        return f"{line}; {advice}" if advice else line

    @property
    def _rest_seconds(self) -> float:
        if self.standing is Standing.LIMPING:
            return LIMPING_REST_SECONDS if self._in_a_row >= LIMPS_AFTER else 0.0
        return REST_SECONDS.get(self.standing, 0.0)

    def _standing_after(self, fault: TransportFault | Refused) -> Standing:
        if isinstance(fault, TransportFault):
            return Standing.UNREACHABLE if fault.unconnected else Standing.LIMPING
        broken = BROKEN.get(fault.kind)
        if broken is not None:
            return broken
        if fault.kind is RefusedKind.OTHER and not self.answered:
            return Standing.SUSPECT
        return Standing.ANSWERING

    def _note_well(self) -> None:
        if self.standing is not Standing.ANSWERING:
            self._stand(Standing.ANSWERING, clock.now())

    def _stand(self, standing: Standing, since: float) -> None:
        rested = bool(self._rest_seconds)
        changed = standing is not self.standing
        if changed:
            self.standing, self._since = standing, since
            self._noticed_at = clock.now()
        if standing is Standing.ANSWERING:
            self._in_a_row = 0
        rest_seconds = self._rest_seconds
        self._rests_until = clock.now() + rest_seconds if rest_seconds else -math.inf
        if rest_seconds and (changed or not rested):
            log.warning("endpoint.trouble", endpoint=self._name, why=self.describe())
        elif rested and standing is Standing.ANSWERING:
            log.info("endpoint.recovered", endpoint=self._name)
        if changed:
            self._trouble.give()
