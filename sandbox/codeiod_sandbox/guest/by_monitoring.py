"""Learn what a program does by `sys.monitoring`: from Python 3.12 on. Standard library alone."""

import builtins
import sys
from _thread import get_ident
from collections.abc import Callable
from types import CodeType, SimpleNamespace
from typing import Any

from .changes import Call
from .recorder import Recorder
from .tellable import is_told

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_TOOL, _TOOL_NAME = 4, "codeiod"
_frame_above = sys._getframe  # noqa: SLF001 # it is documented
# A copy of the module: what a program changes in it is not seen.
_monitoring: Any = SimpleNamespace(**vars(getattr(sys, "monitoring", SimpleNamespace())))


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
            (events.PY_RETURN, self._on_return),
            (events.PY_YIELD, self._on_yield),
            (events.PY_UNWIND, self._on_unwind),
            (events.RAISE, self._on_raise),
            (events.LINE, self._on_line),
        ):
            _monitoring.register_callback(_TOOL, event, callback)
        _monitoring.restart_events()
        everywhere = events.PY_START | events.PY_UNWIND | events.RAISE
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
        if not is_told(code):
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
