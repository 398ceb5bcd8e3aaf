"""What is put below a program, so that calls of it can be tried: runs in the sandbox alone.

Imports the standard library, under names that no program has; never imported here, only read.
"""

import json as json_
import signal as signal_

late_: list[int] = []


class Late_(BaseException):  # noqa: N801 # it stands among the program's names
    """A call that is only tried ran out of time."""


class Skipped_(BaseException):  # noqa: N801 # likewise
    """A call was not made, as too many before it ran out of time."""


def stop_(number: int, frame: object) -> None:
    raise Late_


def tried_(**arguments: object) -> object:
    """Call the program, for a twentieth of a second at most; after three slow calls no more."""
    if len(late_) >= 3:
        raise Skipped_
    signal_.signal(signal_.SIGVTALRM, stop_)
    signal_.setitimer(signal_.ITIMER_VIRTUAL, 0.05, 0.05)
    try:
        return main_solution(**arguments)  # type: ignore[name-defined] # noqa: F821 # above
    except Late_:
        late_.append(1)
        raise
    finally:
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)


def drawn_() -> dict[str, object]:
    """Draw an input and call the program with it."""
    given = json_.dumps(input_generator())  # type: ignore[name-defined] # noqa: F821 # above
    told = {"input": json_.loads(given)}
    try:
        told["output"] = tried_(**json_.loads(given))
    except BaseException as error:  # noqa: BLE001 # whatever a program raises is what came of it
        told["raised"] = type(error).__name__
    return told
