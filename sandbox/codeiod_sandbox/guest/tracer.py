"""Make one call of a program and tell what it did. Imports the standard library alone.

By `sys.monitoring` where there is one, else by `sys.settrace`: the story is the same. Only
functions in the program's own text are told of; comprehensions, generator expressions, lambdas and
class bodies belong to the statement that they stand in.
"""

import builtins
import sys
from collections.abc import Callable, Mapping
from json import encoder
from typing import Any

from .recorder import Recorder
from .story import Limits

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

if sys.version_info >= (3, 12):
    from .by_monitoring import Monitor as Watcher
else:
    from .by_settrace import Settrace as Watcher


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value)} in a trace")


_make_encoder: Any = encoder.c_make_encoder  # type: ignore[attr-defined] # the stubs lack it
_to_json: Callable[[object, int], tuple[str, ...]] = _make_encoder(
    None, _refuse, encoder.encode_basestring_ascii, None, ":", ",", False, False, False
)


Asked = tuple[list[int], list[int]]
"""`Limits` in their order; and for each line of a program the first one of its statement."""


class Tracer:
    """Traces one call."""

    def __init__(self, limits: list[int], statements: list[int]) -> None:
        self._recorder = Recorder(Limits(*limits), statements)
        self._watcher = Watcher(self._recorder)

    def call(self, function: Callable[..., object], arguments: Mapping[str, object]) -> object:
        """Make the call and return what it returns; what it raises is raised."""
        self._watcher.start()
        try:
            value = function(**arguments)
        finally:
            self._watcher.stop()
        self._recorder.ended(value)
        return value

    def around(self, functions: dict[str, object], name: str) -> dict[str, object]:
        """Return functions of which one is traced when it is called, if it is there."""
        function = functions.get(name)
        if not callable(function):
            return functions
        return {name: lambda **arguments: self.call(function, arguments)}

    def story(self) -> str:
        """Return what was recorded as ASCII JSON."""
        return "".join(_to_json(self._recorder.story(), 0))
