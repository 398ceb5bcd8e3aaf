"""When a run has to end because none of its endpoints can answer.

May import anyio, structlog, ``errors``, ``llm.health`` and ``llm.notice``. Times are the loop's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import anyio
import structlog

from codeiod.errors import CodeiodError, EndpointRefused, EndpointsGone
from codeiod.llm.health import Health
from codeiod.llm.notice import Notice

GONE_SECONDS = 600.0
GO_ON = "; run again to go on"
"""Advice for who runs it; a daemon goes on by itself."""

log = structlog.get_logger(__name__)


class Wanted:
    """The block in which a request is wanted; a generator's would cost each call more."""

    __slots__ = ("_stage", "_watch")

    def __init__(self, watch: Watch, stage: str) -> None:
        self._watch, self._stage = watch, stage

    def __enter__(self) -> None:
        self._watch.begin(self._stage)

    def __exit__(self, *_: object) -> None:
        self._watch.end(self._stage)


class Watch:
    """Decides from the endpoints' health whether going on has a point."""

    def __init__(self, stages: Mapping[str, Sequence[Health]], trouble: Notice) -> None:
        """Take the endpoints that each stage may use, and the notice that they share."""
        self._stages = stages
        self._trouble = trouble
        self._open = dict.fromkeys(stages, 0)
        self._asked_since = dict.fromkeys(stages, 0.0)

    def request(self, stage: str) -> Wanted:
        """Count a request as wanted, from its first try to its last: for the length of a block."""
        return Wanted(self, stage)

    def begin(self, stage: str) -> None:
        """Count one more as wanted."""
        if not self._open[stage]:
            self._asked_since[stage] = anyio.current_time()
            self._trouble.give()
        self._open[stage] += 1

    def end(self, stage: str) -> None:
        """Count one less."""
        self._open[stage] -= 1

    async def watch(self, tell: Callable[[str], None] | None = None) -> None:
        """Watch for ever.

        :param tell: told why no endpoint answers where the run would have to end, in place of
            raising, and ``""`` once one does; the log is told as well.
        :raises EndpointRefused: no endpoint of a stage can ever answer.
        :raises EndpointsGone: after answers had come, none has come for ``GONE_SECONDS``.
        """
        down = False
        while True:
            error, deadline = self.verdict(anyio.current_time())
            if error is not None and tell is None:
                raise error
            if error is not None and not down:
                log.error("endpoints.unavailable", why=str(error))
            if error is None and down:
                log.info("endpoints.available")
            if tell is not None and down != (error is not None):
                tell(str(error or "").removesuffix(GO_ON))
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
            return EndpointsGone(_lines(what, healths) + GO_ON), now
        return None, silent_since + GONE_SECONDS

    def _last_sign(self) -> float:
        signs = [h.last_sign for healths in self._stages.values() for h in healths]
        return max(sign for sign in signs if sign is not None)


def _latest(moments: Iterator[float | None]) -> float:
    return max(math.inf if moment is None else moment for moment in moments)


def _lines(what: str, healths: Sequence[Health]) -> str:
    return f"{what}: " + "; ".join(health.describe() for health in healths)
