"""The library ``verifiers`` finds the taskset of an export, loads its tasks, and scores replies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import anyio
import pytest

from codeiod.dataset.exports import Format
from codeiod.rewards import RewardTask

vf = pytest.importorskip("verifiers.v1", reason="verifiers is not installed: make trainers")

pytestmark = [
    pytest.mark.filterwarnings("default"),  # what the library warns of is not ours to mend
    pytest.mark.timeout(300),
]


@pytest.fixture
def load(exported: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what loads the taskset as the library does: by its name, with a configuration."""
    monkeypatch.syspath_prepend(str(exported(Format.RLVR)))

    def taskset(**config: Any) -> Any:
        from verifiers.v1.utils.loaders import taskset_config_type

        wanted = taskset_config_type("codeiod_tasks")(id="codeiod_tasks", **config)
        return vf.load_taskset(wanted)

    yield taskset
    sys.modules.pop("codeiod_tasks", None)


def test_rewards(load: Any) -> None:
    """Each task is loaded; its own answer gets 1, anything else 0."""
    tasks = list(load())
    assert len(tasks) == 24
    for task in tasks[::6]:
        wanted = RewardTask.of(task.data.row)
        assert scored(task, wanted.own_answer) == 1.0
        assert scored(task, "I do not know.") == 0.0
        assert task.data.prompt.endswith(wanted.known)


def test_fresh(load: Any) -> None:
    """Fresh tasks never end, and their own answers are right."""
    taskset = load(fresh=True, seed=4)
    assert not taskset.bounded
    for task in islice(iter(taskset), 8):
        assert scored(task, RewardTask.of(task.data.row).own_answer) == 1.0


def scored(task: Any, reply: str) -> float:
    """Let the library score a trace that ends with a reply."""
    trace = vf.Trace(
        task=vf.TraceTask(type=type(task).__name__, data=task.data),
        agent=vf.AgentInfo(config=vf.AgentConfig()),
        root_reply=reply,
    )
    anyio.run(task.score, trace)
    return float(trace.rewards["right"].value)
