"""What an early end says of a program: a verdict, or the world's doing that gives another chance.

Imports the values alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from codeiod_sandbox.killers import Killer
from codeiod_sandbox.outcomes import Died, Outcome, OverMemory, SandboxError

_FORGIVEN = {Killer.KERNEL: 1, Killer.SOMEBODY: 3}


@dataclass(slots=True)
class Doubts:
    """How often the calls of one program were killed, and not by their zygote."""

    _times: dict[Killer, int] = field(default_factory=dict)

    def settle(
        self, outcomes: Sequence[Outcome], killer: Killer | None, *, by_itself: bool
    ) -> Sequence[Outcome]:
        """Return the outcomes that stand: all of them, or without the last, to be asked again.

        :param by_itself: whether the program may have done it.
        :raises SandboxError: where it is killed again and again, and neither by the kernel nor by
            itself.
        """
        if killer is None or killer is Killer.ITS_OWN_LIMIT:
            return outcomes
        times = self._times[killer] = self._times.get(killer, 0) + 1
        if times <= _FORGIVEN[killer]:
            return outcomes[:-1]
        if killer is Killer.KERNEL:
            return outcomes
        if not by_itself:
            raise SandboxError(f"its processes were killed from outside {times} times")
        ended = Died("SIGKILL") if outcomes[-1] == OverMemory() else outcomes[-1]
        return [*outcomes[:-1], ended]
