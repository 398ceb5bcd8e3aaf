"""What a stage works with: one item and the parts of the daemon that serve it.

May import ``admission``, ``teachers``, ``journal``, ``items``, ``telemetry`` and ``execution``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codeiod.admission.recipe import Recipe
from codeiod.execution import Runner, execute
from codeiod.items import Item, Reason, Stage
from codeiod.journal import Steps
from codeiod.teachers.asks import Teacher
from codeiod.telemetry import Funnel
from codeiod_sandbox import Call, Outcome


class Rejected(Exception):
    """The item can't become samples; it is set aside with its reason."""

    def __init__(self, stage: Stage, reason: Reason, detail: str) -> None:
        super().__init__(f"{stage}: {reason}: {detail}")
        self.stage = stage
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Work:
    """One item on its way, and who serves it."""

    item: Item
    recipe: Recipe
    steps: Steps
    teacher: Teacher
    sandbox: Runner
    funnel: Funnel
    provenance: str = ""
    """Where programs run: Python, the packages' digest, the sandbox's level."""
    order: int = 0
    """The item's place in the order of admission: what is older goes first."""

    def recipe_of(self, key: str) -> str:
        """Return the recipe that a step is made under, or was, where it was kept over a new one."""
        return self.steps.made_under(key, self.item.recipe)

    async def execute(
        self, source: str, calls: Sequence[Call], *, twin: bool = False, alone: bool = False
    ) -> list[Outcome]:
        """Run calls in the sandbox, one outcome each, in order.

        :raises codeiod_sandbox.SandboxError: the sandbox kept failing; the item is a fault of ours.
        """
        return await execute(self.sandbox, source, calls, twin=twin, alone=alone)
