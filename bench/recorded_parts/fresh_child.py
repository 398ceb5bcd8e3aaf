"""A fresh process that computes calls of one program, each in a fork of its own.

Standard library only. Started by ``fresh``: reads ``{"source", "inputs", "shift_seconds"}`` as JSON
from standard input and writes one outcome for each input, in order, as JSON lines: ``["value",
TEXT]``, ``["raised", TYPE, MESSAGE]``, ``["not_json"]``, ``["unbound"]``, ``["timeout"]``,
``["died"]``; a program that does not load gives the one line ``["load", TYPE, MESSAGE]``.
"""

from __future__ import annotations

import ast
import contextlib
import datetime
import importlib
import inspect
import json
import os
import resource
import select
import signal
import sys
import time
import types
from collections.abc import Callable
from typing import Any

CALL_SECONDS = 20.0
MEMORY_BYTES = 4 << 30
READ_BYTES = 1 << 16


def preload(source: str) -> None:
    """Import what the program will import, while the clock's classes are still the real ones.

    Extension modules such as pandas crash where they meet a subclass in their place.
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    for name in sorted(names):
        with contextlib.suppress(ImportError, ValueError):
            importlib.import_module(name)


def shift_clocks(seconds: float) -> None:
    """Let the clocks that a program can read go wrong by a constant."""
    real, moment, day = time.time, datetime.datetime, datetime.date
    localtime, gmtime, ctime, strftime = time.localtime, time.gmtime, time.ctime, time.strftime

    def shifted() -> float:
        return real() + seconds

    class Moment(moment):  # type: ignore[misc, valid-type] # it is a class
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return moment.fromtimestamp(shifted(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return moment.fromtimestamp(shifted(), datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return moment.fromtimestamp(shifted())

    class Day(day):  # type: ignore[misc, valid-type] # it is a class
        @classmethod
        def today(cls) -> Any:
            return day.fromtimestamp(shifted())

    time.time = shifted
    time.time_ns = lambda: int(shifted() * 1e9)
    time.localtime = lambda at=None: localtime(shifted() if at is None else at)
    time.gmtime = lambda at=None: gmtime(shifted() if at is None else at)
    time.ctime = lambda at=None: ctime(shifted() if at is None else at)
    time.strftime = lambda form, at=None: strftime(form, at or localtime(shifted()))
    datetime.datetime, datetime.date = Moment, Day  # type: ignore[misc] # for the program's imports


def load(source: str) -> dict[str, Any]:
    """Execute the program's top level and return its names."""
    module = types.ModuleType("program")
    sys.modules["program"] = module
    exec(compile(source, "program.py", "exec"), module.__dict__)
    return module.__dict__


def outcome_of(function: Callable[..., Any], arguments: dict[str, Any]) -> list[str]:
    """Call the function and name what came of it."""
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError:
        return ["unbound"]
    try:
        value = function(**arguments)
    except Exception as error:  # noqa: BLE001 -- whatever the program raises is the outcome
        return ["raised", type(error).__name__, str(error)]
    except SystemExit as error:
        return ["raised", "SystemExit", str(error)]
    try:
        refuse_odd_keys(value)
        return ["value", json.dumps(value, allow_nan=False)]
    except (TypeError, ValueError, RecursionError):
        return ["not_json"]


def refuse_odd_keys(value: Any) -> None:
    """Raise where a key is no string: the json module would write it as one in silence."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key that is no string")
        for inner in value.values():
            refuse_odd_keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_odd_keys(inner)


def in_fork(function: Callable[..., Any], arguments: dict[str, Any]) -> list[str]:
    """Call the function in a forked child, stopped after its time."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as out:
            out.write(json.dumps(outcome_of(function, arguments)))
        os._exit(0)
    os.close(writing)
    data = read_all(reading, time.monotonic() + CALL_SECONDS)
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if data is None:
        return ["timeout"]
    try:
        found: list[str] = json.loads(data)
    except ValueError:
        return ["died"]
    return found


def read_all(descriptor: int, deadline: float) -> bytes | None:
    """Read to the end, or None where that is not reached in time."""
    data = b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        chunk = os.read(descriptor, READ_BYTES)
        if not chunk:
            return data
        data += chunk


def main() -> None:
    """Serve the one request of this process."""
    asked = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        preload(asked["source"])
        shift_clocks(asked["shift_seconds"])
        function = load(asked["source"])["main_solution"]
    except BaseException as error:  # noqa: BLE001 -- whatever stops the load is the outcome
        answers.write(json.dumps(["load", type(error).__name__, str(error)]) + "\n")
    else:
        for arguments in asked["inputs"]:
            answers.write(json.dumps(in_fork(function, arguments)) + "\n")
    answers.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
