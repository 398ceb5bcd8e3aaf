"""Make one call of a program and tell what it did. Imports the standard library alone.

By `sys.monitoring` where there is one, else by `sys.settrace`: the story is the same. Only
functions in the program's own text are told of; comprehensions, generator expressions, lambdas and
class bodies belong to the statement that they stand in.
"""

import builtins
import sys
from _thread import get_ident
from collections.abc import Callable, Mapping
from json import encoder
from opcode import opmap
from types import CodeType, FrameType, SimpleNamespace
from typing import Any

from .changes import Call
from .recorder import Recorder
from .story import Limits

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

FILE_NAME = "program.py"
_IS_FUNCTION = 0x1  # a code flag, CO_OPTIMIZED: class bodies lack it
_set_trace, _get_trace = sys.settrace, sys.gettrace
_frame_above = sys._getframe  # noqa: SLF001 # it is documented
_RETURNS = frozenset(opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in opmap)
_YIELDS = frozenset(opmap[name] for name in ("YIELD_VALUE",) if name in opmap)
_TOOL, _TOOL_NAME = 4, "codeiod"
# A copy of the module: what a program changes in it is not seen.
_monitoring: Any = SimpleNamespace(**vars(sys.monitoring)) if hasattr(sys, "monitoring") else None


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
        self._watcher = Monitor(self._recorder) if _monitoring else Settrace(self._recorder)

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


def _is_told(code: CodeType) -> bool:
    return (
        code.co_filename == FILE_NAME
        and code.co_flags & _IS_FUNCTION == _IS_FUNCTION
        and code.co_name[0] != "<"
    )


class Settrace:
    """Learns of events by `sys.settrace`."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._calls: dict[int, Call] = {}

    def start(self) -> None:
        _set_trace(self._on_call)

    def stop(self) -> None:
        if _get_trace() != self._on_call:
            self._recorder.is_stopped = True
        _set_trace(None)

    def _on_call(self, frame: FrameType, event: str, _: object) -> Any:
        code = frame.f_code
        if not _is_told(code):
            return None
        try:
            call = self._calls.get(id(frame))
            if call is not None and call.code is code and call.line:
                self._recorder.resumed(call, frame)
            else:
                self._calls[id(frame)] = self._recorder.entered(frame)
        except Exception:  # noqa: BLE001 # a fault of ours must not become the program's
            self._give_up()
            return None
        return self._on_event

    def _on_event(self, frame: FrameType, event: str, value: Any) -> Any:
        recorder = self._recorder
        if recorder.is_stopped:
            self._give_up()
            return None
        try:
            call = self._calls[id(frame)]
            if event == "line":
                recorder.reached(call, frame, frame.f_lineno)
            elif event == "exception":
                recorder.raised(call, frame, value[1])
            elif event == "return":
                self._on_exit(call, frame, value)
        except Exception:  # noqa: BLE001 # a fault of ours must not become the program's
            self._give_up()
            return None
        return self._on_event

    def _on_exit(self, call: Call, frame: FrameType, value: object) -> None:
        operation = call.code.co_code[frame.f_lasti]
        if operation in _YIELDS:
            self._recorder.yielded(call, frame, value)
            return
        del self._calls[id(frame)]
        if operation in _RETURNS:
            self._recorder.returned(call, frame, value)
        else:
            self._recorder.unwound(call, frame)

    def _give_up(self) -> None:
        self._recorder.is_stopped = True
        _set_trace(None)


class Monitor:
    """Learns of events by `sys.monitoring`."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._calls: dict[int, Call] = {}
        self._codes: dict[int, CodeType] = {}
        self._thread = get_ident()

    def start(self) -> None:
        events = _monitoring.events
        if _monitoring.get_tool(_TOOL) is not None:
            _monitoring.free_tool_id(_TOOL)
        _monitoring.use_tool_id(_TOOL, _TOOL_NAME)
        for event, callback in (
            (events.PY_START, self._on_start),
            (events.PY_RESUME, self._on_resume),
            (events.PY_THROW, self._on_throw),
            (events.PY_RETURN, self._on_return),
            (events.PY_YIELD, self._on_yield),
            (events.PY_UNWIND, self._on_unwind),
            (events.RAISE, self._on_raise),
            (events.LINE, self._on_line),
        ):
            _monitoring.register_callback(_TOOL, event, callback)
        _monitoring.restart_events()
        everywhere = events.PY_START | events.PY_THROW | events.PY_UNWIND | events.RAISE
        _monitoring.set_events(_TOOL, everywhere)

    def stop(self) -> None:
        if _monitoring.get_tool(_TOOL) == _TOOL_NAME:
            self._let_go()
            _monitoring.free_tool_id(_TOOL)
        else:
            self._recorder.is_stopped = True

    def _let_go(self) -> None:
        _monitoring.set_events(_TOOL, 0)
        for code in self._codes.values():
            _monitoring.set_local_events(_TOOL, code, 0)

    def _tell(self, tell: Callable[..., None], *told: object) -> None:
        """Tell the recorder of an event in the frame that the callback was called from."""
        frame = _frame_above(2)
        call = self._calls.get(id(frame))
        if call is None or call.code is not frame.f_code:
            return
        try:
            tell(call, frame, *told)
        except Exception:  # noqa: BLE001 # a fault of ours must not become the program's
            self._recorder.is_stopped = True
        if self._recorder.is_stopped:
            self._let_go()

    def _on_start(self, code: CodeType, _: int) -> Any:
        if not _is_told(code):
            return _monitoring.DISABLE
        if get_ident() != self._thread:
            return None
        if id(code) not in self._codes:
            self._codes[id(code)] = code
            events = _monitoring.events
            of_its_own = events.LINE | events.PY_RETURN | events.PY_YIELD | events.PY_RESUME
            _monitoring.set_local_events(_TOOL, code, of_its_own)
        frame = _frame_above(1)
        try:
            self._calls[id(frame)] = self._recorder.entered(frame)
        except Exception:  # noqa: BLE001 # a fault of ours must not become the program's
            self._recorder.is_stopped = True
            self._let_go()
        return None

    def _on_resume(self, code: CodeType, _: int) -> None:
        self._tell(self._recorder.resumed)

    def _on_throw(self, code: CodeType, _: int, error: BaseException) -> None:
        self._tell(self._recorder.resumed)

    def _on_line(self, code: CodeType, line: int) -> None:
        self._tell(self._recorder.reached, line)

    def _on_return(self, code: CodeType, _: int, value: object) -> None:
        self._tell(self._recorder.returned, value)

    def _on_yield(self, code: CodeType, _: int, value: object) -> None:
        self._tell(self._recorder.yielded, value)

    def _on_unwind(self, code: CodeType, _: int, error: BaseException) -> None:
        self._tell(self._recorder.unwound)

    def _on_raise(self, code: CodeType, _: int, error: BaseException) -> None:
        self._tell(self._recorder.raised, error)
