"""One sandbox per module, for all of its programs, and short ways to ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from blockbuster import BlockBuster, blockbuster_ctx

from codeiod_sandbox import Call, Limits, Outcome, Program, Sandbox

Ask = Callable[..., Awaitable[Outcome]]
LIMITS = Limits(call_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 16)


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    """Fail on a blocking call of the package on the event loop."""
    with blockbuster_ctx("codeiod_sandbox") as watch:
        yield watch


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(workers=1, limits=LIMITS) as sandbox:
        yield sandbox


@pytest.fixture
def ask(sandbox: Sandbox) -> Ask:
    """Return the outcome of one call of `f` in a program."""

    async def ask(source: str, arguments: dict[str, Any] | None = None, **how: bool) -> Outcome:
        (outcome,) = await sandbox.run(Program(source), [Call("f", arguments or {})], **how)
        return outcome

    return ask
