"""A pool with all the zygotes that it can come to need, so that later counts can be compared.

Imports anyio and the seam to the sandbox.
"""

from __future__ import annotations

from functools import partial

import anyio

from codeiod.execution import Runner
from codeiod_sandbox import Call, Program

_SLEEP = Program("import time\ndef f(): time.sleep(0.5)")


async def fill(sandbox: Runner, workers: int) -> None:
    """Have as many zygotes of each kind as can be busy at once, and none that still cleans up."""
    for twin, calls in ((False, 1), (True, 2)):
        for alone in {False, twin}:
            asked = [Call("f", {})] * calls
            run = partial(sandbox.run, _SLEEP, asked, twin=twin, alone=alone)
            async with anyio.create_task_group() as group:
                for _ in range(workers):
                    group.start_soon(run)
