"""Learn what a program does by `sys.settrace`: before Python 3.12. Standard library alone."""

import builtins
import sys
from types import FrameType
from typing import Any

from .changes import Call
from .recorder import Recorder
from .tellable import is_told

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_set_trace, _get_trace = sys.settrace, sys.gettrace
# The operations of Python 3.11, the only one without `sys.monitoring` that is supported.
_RETURN, _YIELD = 83, 86


class Settrace:
    """Learns of events by `sys.settrace`."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._calls: dict[int, Call] = {}
        self._begins: dict[int, int] = {}
        """Where in its code each begins: there is no other sign that a generator is a new one."""
        self._thrown: set[int] = set()
        """Generators that an exception was thrown into, where they had stopped."""

    def start(self) -> None:
        _set_trace(self._on_call)

    def stop(self) -> None:
        if _get_trace() != self._on_call:
            self._recorder.is_stopped = True
        _set_trace(None)

    def _on_call(self, frame: FrameType, event: str, _: object) -> Any:
        code = frame.f_code
        if not is_told(code):
            return None
        try:
            call = self._calls.get(id(frame))
            if call is not None and call.is_paused and frame.f_lasti != self._begins[id(frame)]:
                self._recorder.resumed(call, frame)
            else:
                self._calls[id(frame)] = self._recorder.entered(frame)
                self._begins[id(frame)] = frame.f_lasti
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
                self._thrown.discard(id(frame))
                recorder.reached(call, frame, frame.f_lineno)
            elif event == "exception":
                self._on_exception(call, frame, value[1])
            elif event == "return":
                self._on_exit(call, frame, value)
        except Exception:  # noqa: BLE001 # a fault of ours must not become the program's
            self._give_up()
            return None
        return self._on_event

    def _on_exception(self, call: Call, frame: FrameType, error: BaseException) -> None:
        if frame.f_lasti == self._begins[id(frame)]:
            self._recorder.unbegun(call)
            return
        if call.code.co_code[frame.f_lasti] == _YIELD:
            self._thrown.add(id(frame))
            if type(error) is GeneratorExit:
                self._recorder.paused(call)
        self._recorder.raised(call, frame, error)

    def _on_exit(self, call: Call, frame: FrameType, value: object) -> None:
        operation = call.code.co_code[frame.f_lasti]
        if operation == _YIELD and id(frame) not in self._thrown:
            self._recorder.yielded(call, frame, value)
            return
        self._thrown.discard(id(frame))
        del self._calls[id(frame)]
        if operation == _RETURN:
            self._recorder.returned(call, frame, value)
        else:
            self._recorder.unwound(call, frame)

    def _give_up(self) -> None:
        self._recorder.is_stopped = True
        _set_trace(None)
