"""Load an untrusted program and call its functions. Imports the standard library alone.

What runs here after the program was loaded must not trust what a program may have replaced: the
module keeps its own builtins, and its own references to all that it calls.
"""

import builtins
import errno
import sys
from collections.abc import Callable, Mapping
from types import ModuleType, TracebackType
from typing import TypeAlias

from .chance import seed_all
from .encode import NotJsonError, TooLongError, encode, type_name
from .messages import RECORD_SLACK_BYTES, Kind

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

FILE_NAME = "program.py"
MODULE_NAME = "program"
_TEXT_CHARS = 1000
_NO_LINE = 1 << 31
_exception_in_hand, _set_trace, _set_profile = sys.exc_info, sys.settrace, sys.setprofile
_error_number = vars(OSError)["errno"].__get__
_modules = sys.modules
# To look up a member of an enum runs Python code, and touches a page for each step of it.
_RETURNED, _RAISED, _LOAD_FAILED = Kind.RETURNED, Kind.RAISED, Kind.LOAD_FAILED
_OVER_MEMORY, _OVER_OUTPUT, _NOT_JSON = Kind.OVER_MEMORY, Kind.OVER_OUTPUT, Kind.NOT_JSON


Result: TypeAlias = tuple[Kind, str]
"""What one call, or the loading, came to: the kind and body of its record."""


def load(source: str, seed: int) -> dict[str, object] | Result:
    """Execute `source` as a module of its own, registered as dataclasses need it."""
    module = ModuleType(MODULE_NAME)
    module.__file__ = FILE_NAME
    _modules[MODULE_NAME] = _modules["__main__"] = module
    try:
        seed_all(seed)
        exec(compile(source, FILE_NAME, "exec", dont_inherit=True), module.__dict__)
        if "numpy" in _modules:
            # It loads its random module at first use: too late for the seed of that call.
            __import__("numpy.random")
    except BaseException as error:  # noqa: BLE001 # whatever a program raises is its outcome
        return _raised(_LOAD_FAILED, error)
    return module.__dict__


def call(
    functions: Mapping[str, object],
    function: str,
    arguments: Mapping[str, object],
    seed: int,
    limit_bytes: int,
) -> Result:
    """Call one function of a loaded program and write what it returns as JSON."""
    try:
        target = functions[function]
    except KeyError:
        return _failure(_LOAD_FAILED, "NameError", f"no function named {function!r}", 0)
    if not callable(target):
        return _failure(_LOAD_FAILED, "TypeError", f"{function!r} is not a function", 0)
    try:
        seed_all(seed)
        value = target(**arguments)
    except BaseException as error:  # noqa: BLE001 # whatever a program raises is its outcome
        return _raised(_RAISED, error)
    finally:
        _set_trace(None)
        _set_profile(None)
    return _returned(value, limit_bytes)


def _returned(value: object, limit_bytes: int) -> Result:
    try:
        return (_RETURNED, encode(value, limit_bytes))
    except NotJsonError as error:
        return (_NOT_JSON, str(error))
    except TooLongError:
        return (_OVER_OUTPUT, "")
    except MemoryError:
        return (_OVER_MEMORY, "")
    except BaseException as error:  # noqa: BLE001 # a value may fight back while it is read
        return (_NOT_JSON, f"{type_name(type(error))} while it was read")


def _raised(kind: Kind, error: BaseException) -> Result:
    """Tell an exception by type, text and line; two kinds of it are limits in disguise."""
    if kind is _RAISED and issubclass(type(error), MemoryError):
        return (_OVER_MEMORY, "")
    if kind is _RAISED and _number_of(error) == errno.EFBIG:
        return (_OVER_OUTPUT, "")
    line = _line_of_syntax(error) or _line_in_program(_exception_in_hand()[2])
    return _failure(kind, type_name(type(error)), _text_of(error), line)


def _failure(kind: Kind, name: str, text: str, line: int) -> Result:
    return kind, encode([name, _clean(text), line], RECORD_SLACK_BYTES)


def _number_of(error: BaseException) -> int | None:
    """Return the number in an OSError itself: a subclass may define `errno` as anything."""
    if not issubclass(type(error), OSError):
        return None
    number = _error_number(error)
    return number if type(number) is int else None


def _text_of(error: BaseException) -> str:
    to_text: Callable[[object], str] = str
    try:
        return _clean(to_text(error))
    except BaseException as second:  # noqa: BLE001 # __str__ is the program's own
        return f"(its text could not be read: {type_name(type(second))})"


def _clean(text: str) -> str:
    return str.__str__(text)[:_TEXT_CHARS].encode("utf-8", "backslashreplace").decode()


def _line_of_syntax(error: BaseException) -> int:
    if type(error) in (SyntaxError, IndentationError, TabError) and isinstance(error, SyntaxError):
        line, name = error.lineno, error.filename
        ours = type(name) is str and name == FILE_NAME and type(line) is int
        return line if ours and line is not None and 0 < line < _NO_LINE else 0
    return 0


def _line_in_program(trace: TracebackType | None) -> int:
    """Return the innermost line of the program's own text."""
    line = 0
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if type(name) is str and name == FILE_NAME:
            line = trace.tb_lineno or line
        trace = trace.tb_next
    return line
