"""`python -m codeiod_sandbox run FILE`: call one function of one file, for people and scripts.

Prints the outcome as one line of JSON. Exit statuses: 0 the function returned; 1 it did anything
else, or the program did not load; 2 wrong usage, with one line that says what; 3 the sandbox
itself failed.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from codeiod_sandbox import strict_json
from codeiod_sandbox.blocking import SyncSandbox
from codeiod_sandbox.outcomes import (
    Call,
    Limits,
    Outcome,
    Program,
    Returned,
    SandboxError,
    SandboxLevel,
)

_DEFAULTS = Limits()
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_LEAST_MEMORY_BYTES = 16 << 20
_ELSE, _FAILED = 1, 3


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line, run, print."""
    asked = _parser().parse_args(words)
    limits = Limits(asked.call_seconds, asked.memory)
    call = Call(asked.call, asked.args, asked.seed)
    try:
        with SyncSandbox(1, limits, at_most=asked.level) as sandbox:
            (outcome,) = sandbox.run(Program(asked.file), [call], twin=asked.twin)
            sys.stdout.write(_told(outcome, sandbox.level) + "\n")
    except SandboxError as error:
        sys.stderr.write(f"codeiod_sandbox: {error}\n")
        return _FAILED
    return 0 if isinstance(outcome, Returned) else _ELSE


def _told(outcome: Outcome, level: SandboxLevel) -> str:
    facts = {"outcome": type(outcome).__name__, **dataclasses.asdict(outcome), "level": level}
    facts.pop("json", None)  # the value itself is there
    return json.dumps(facts)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"codeiod_sandbox: {message} (--help tells more)\n")


def _parser() -> argparse.ArgumentParser:
    about, _, statuses = (__doc__ or "").partition("\n\n")
    parser = _Parser(prog="codeiod_sandbox", description=about)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    run = commands.add_parser("run", help="call a function of a file", description=statuses)
    run.add_argument("file", type=_source, metavar="FILE", help="the program; - for standard input")
    run.add_argument("--call", default="main_solution", metavar="FUNCTION", help="main_solution")
    run.add_argument("--args", type=_arguments, default={}, metavar="JSON", help="an object: {}")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="of random numbers: 0")
    run.add_argument(
        "--call-seconds",
        type=_seconds,
        default=_DEFAULTS.call_seconds,
        metavar="S",
        help="CPU time that the call may take: 5",
    )
    run.add_argument(
        "--memory",
        type=_bytes,
        default=_DEFAULTS.memory_bytes,
        metavar="BYTES",
        help="that the program may take, as 512M or 2G: 1G",
    )
    run.add_argument(
        "--level",
        type=_level,
        default=SandboxLevel.CGROUP,
        metavar="N",
        help="go no higher, from 0 (none) to 4: as high as this machine can",
    )
    run.add_argument("--twin", action="store_true", help="with another hash seed, clock and layout")
    return parser


def _source(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise argparse.ArgumentTypeError(f"{name} is not UTF-8: {error.reason}") from None


def _arguments(text: str) -> dict[str, object]:
    try:
        value = strict_json.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f'an object is wanted, as {{"n": 3}}, not {text[:40]}')
    return value


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"a number of seconds above 0 is wanted, not {text!r}")
    return seconds


def _bytes(text: str) -> int:
    digits = text.removesuffix("B").removesuffix("i")
    unit = _UNITS.get(digits[-1:].upper(), 1)
    digits = digits[:-1] if unit > 1 else digits
    if not digits.isascii() or not digits.isdigit() or int(digits) * unit < _LEAST_MEMORY_BYTES:
        raise argparse.ArgumentTypeError(f"at least 16M is wanted, as 512M or 2G, not {text!r}")
    return int(digits) * unit


def _level(text: str) -> SandboxLevel:
    try:
        return SandboxLevel(int(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"a level from 0 to 4 is wanted, not {text!r}") from None


if __name__ == "__main__":
    sys.exit(main())
