"""What became of programs while their processes were disturbed, next to what had to become of them.

Imports anyio, the seam to the sandbox, ``mix`` and ``trouble``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import anyio

from codeiod.execution import Runner
from codeiod_sandbox import Call, Program, SandboxError
from soak_parts.mix import Execution
from soak_parts.trouble import Trouble

PATIENCE_SECONDS = 120.0
LONG_CALLS = 4
LONG = Program(
    "import time\ndef f(n):\n    total = 0\n    for i in range(40):\n"
    "        total += sum(range(2000))\n        time.sleep(0.005)\n    return [n, total]"
)
LONG_TOTAL = 40 * sum(range(2000))


@dataclass(slots=True)
class Ledger:
    """What became of the programs."""

    trouble: Trouble
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    async def run(self, sandbox: Runner, execution: Execution) -> None:
        """Make one execution with one call, and note what came of it."""
        await self._note(sandbox, execution.program, [execution.call], [execution], execution.twin)

    async def run_long(self, sandbox: Runner, number: int) -> None:
        """Make some calls of one program that take longer, in one process or each in its own."""
        calls = [Call("f", {"n": n}) for n in range(LONG_CALLS)]
        wanted = [
            Execution("long", LONG, call, twin=False, wanted=[call.arguments["n"], LONG_TOTAL])
            for call in calls
        ]
        await self._note(sandbox, LONG, calls, wanted, twin=False, alone=number % 2 == 0)

    async def _note(
        self,
        sandbox: Runner,
        program: Program,
        calls: list[Call],
        wanted: list[Execution],
        twin: bool,
        *,
        alone: bool = False,
    ) -> None:
        began = anyio.current_time()
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                outcomes = await sandbox.run(program, calls, twin=twin, alone=alone)
        except SandboxError as error:
            self.errors[str(error)] += 1
            return
        except TimeoutError:
            self.hung.append(wanted[0].name)
            return
        done = self.trouble.between(began, anyio.current_time())
        for execution, outcome in zip(wanted, outcomes, strict=True):
            if execution.is_right(outcome):
                self.right += 1
            else:
                told = ", ".join(f"{kind.value}: {role.name.lower()}" for kind, role in done)
                self.wrong.append(f"{execution.name}: {str(outcome)[:200]}; meanwhile {told}")
