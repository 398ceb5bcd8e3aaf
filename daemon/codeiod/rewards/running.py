"""Sandboxes under the limits of recipes, opened at the first need.

May import ``admission.recipe`` and the sandbox. Many threads may run programs at once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from codeiod.admission.recipe import Recipe
from codeiod_sandbox import DEFAULT_MODULES, Limits, SandboxLevel, SyncSandbox


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells one sandbox from another."""

    call_seconds: float
    memory_bytes: int
    modules: tuple[str, ...]


class Sandboxes:
    """One sandbox for each set of limits that the recipes have; mostly there is one."""

    def __init__(
        self,
        recipes: Mapping[str, Recipe],
        workers: int = 0,
        at_most: SandboxLevel = SandboxLevel.CGROUP,
    ) -> None:
        """:param workers: of each sandbox; 0: as many as cores."""
        self._recipes = recipes
        self._workers = workers
        self._at_most = at_most
        self._open: dict[_Kind, SyncSandbox] = {}
        self._exits = ExitStack()
        # Of opening: two threads that want the same sandbox must not open two.
        self._lock = threading.Lock()

    def of(self, recipe: str) -> SyncSandbox:
        """Return the sandbox for a recipe.

        :raises codeiod_sandbox.SandboxError: it can't be had.
        """
        found = self._recipes[recipe]
        kind = _Kind(found.call_seconds, found.memory_bytes, found.modules)
        with self._lock:
            if kind not in self._open:
                if not self._open:
                    self._close_at_exit()
                self._open[kind] = self._exits.enter_context(self._make(kind))
            return self._open[kind]

    def close(self) -> None:
        """End them all; the next need opens them again."""
        with self._lock:
            self._open.clear()
            self._exits.close()

    def _make(self, kind: _Kind) -> SyncSandbox:
        return SyncSandbox(
            self._workers,
            Limits(call_seconds=kind.call_seconds, memory_bytes=kind.memory_bytes),
            modules=replace(DEFAULT_MODULES, allowed=kind.modules or None),
            at_most=self._at_most,
        )

    def _close_at_exit(self) -> None:
        """Close them when the main thread ends, for their own thread would keep Python alive."""

        def wait_and_close() -> None:
            threading.main_thread().join()
            self.close()

        threading.Thread(target=wait_and_close, name="codeiod-sandboxes").start()
