"""What tries inputs in the sandbox: this text stands below the marked program, in one process.

May import the standard library. It is read as text, never imported by the daemon. Names that end
in `_` don't meet the program's own. The numbers of the marks that a call passes go into ``marks_``.
"""

import copy as copy_
import json as json_
import random as random_
import signal as signal_
import time as time_
from collections.abc import Callable as Callable_
from collections.abc import Sequence as Sequence_
from typing import Any as Any_

Called_ = tuple[str, str, int, frozenset[int]]
"""How a call ended, what it gave or raised, the line that raised, the marks that it passed."""
Row_ = tuple[Any_, Called_, int]
"""The arguments (None where there are none to keep), what came of them, the seed."""

marks_: set[int] = set()
limits_: dict[str, Any_] = {}
late_: list[int] = []  # one for each call that ran out of time
begun_: list[float] = []
names_ = globals()


class Late_(BaseException):  # noqa: N801 # it stands among the program's names
    """A call that is only tried ran out of time."""


def stop_(number: int, frame: object) -> None:
    raise Late_


def begin_(limits: dict[str, Any_]) -> None:
    limits_.update(limits)
    begun_[:] = [time_.process_time()]
    signal_.signal(signal_.SIGVTALRM, stop_)


def is_spent_() -> bool:
    """Say whether this process has worked long enough on what is only tried."""
    return bool(time_.process_time() - begun_[0] > limits_["total_seconds"])


def flaw_(value: object, depth: int = 0) -> str:
    """Say why a value is no side of a pair: the name of a type, or that it is too big."""
    if isinstance(value, (list, tuple, dict)):
        if len(value) >= 20 or depth >= 8:
            return "big"
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            return "key"
        members = value.values() if isinstance(value, dict) else value
        return next(filter(None, [flaw_(member, depth + 1) for member in members]), "")
    if isinstance(value, str):
        return "big" if len(value) >= 100 else ""
    if isinstance(value, float):
        return "" if value - value == 0 else "number"
    if isinstance(value, int):
        return "" if abs(value) < 10**300 else "big"
    return "" if value is None else type(value).__name__


def called_(entry: Callable_[..., object], arguments: dict[str, Any_], seed: int) -> Called_:
    """Call an entry point with a copy of the arguments."""
    marks_.clear()
    if len(late_) >= limits_["late"]:
        return "late", "", 0, frozenset()
    random_.seed(seed)
    seconds = limits_["seconds"]
    try:
        signal_.setitimer(signal_.ITIMER_VIRTUAL, seconds, seconds)
        value = entry(**copy_.deepcopy(arguments))
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)
        return ended_(value)
    except Late_:
        late_.append(1)
        return "late", "", 0, frozenset()
    except BaseException as error:  # noqa: BLE001 # whatever a program raises is what came of it
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)
        return "raised", type(error).__name__, line_(error.__traceback__), frozenset(marks_)
    finally:
        signal_.setitimer(signal_.ITIMER_VIRTUAL, 0)


def ended_(value: object) -> Called_:
    """Tell of what a call returned whether it may be a side of a pair."""
    flaw = flaw_(value)
    text = "" if flaw else json_.dumps(value, sort_keys=True)
    if flaw not in ("", "big"):
        return "flawed", flaw, 0, frozenset(marks_)
    end = "big" if flaw or len(text) >= 1000 else "returned"
    return end, text, 0, frozenset(marks_)


def line_(step: Any_) -> int:
    """Return the last line of the program that an exception came through."""
    last = 0
    while step:
        if step.tb_frame.f_code.co_filename == called_.__code__.co_filename:
            last = step.tb_lineno
        step = step.tb_next
    return last


def rows_(
    entry: Callable_[..., object], draw: Callable_[[], Any_], seeds: Sequence_[int], salt: int
) -> list[Row_]:
    """Draw until there are enough different inputs, and call with each."""
    rows: list[Row_] = []
    seen: set[str] = set()
    for seed in seeds:
        lost = sum(called[0] != "returned" for _, called, _ in rows)
        is_over = lost > max(4, len(rows) // 2) or (len(rows) > 5 and is_spent_())
        if len(rows) >= limits_["draws"] or is_over:
            break
        random_.seed(seed)
        try:
            arguments = draw()
        except Exception as error:  # noqa: BLE001 # a shape that can't be drawn is a shape too many
            rows.append((None, ("raised", type(error).__name__, 0, frozenset()), seed))
            continue
        text = json_.dumps(arguments, sort_keys=True)
        if flaw_(arguments) or len(text) >= 1000:
            rows.append((None, ("big", "", 0, frozenset()), seed))
        elif text not in seen:
            seen.add(text)
            rows.append((arguments, called_(entry, arguments, seed + salt), seed))
    return rows


def pairs_(rows: list[Row_]) -> list[Row_]:
    """Return what of the rows would become pairs."""
    drawn = [row for row in rows if row[0] is not None][: limits_["pairs"]]
    return [row for row in drawn if row[1][0] == "returned"]


def passed_(rows: list[Row_]) -> frozenset[int]:
    return frozenset[int]().union(*[called[3] for _, called, _ in rows])


def covers_(rows: list[Row_]) -> bool:
    """Say whether rows may do, so that they are worth a closer look."""
    pairs, branches = pairs_(rows), limits_["branches"]
    outputs = {called[1] for _, called, _ in pairs}
    returned = sum(called[0] == "returned" for _, called, _ in rows)
    covered = len(passed_(pairs).intersection(branches))
    is_varied: bool = len(pairs) >= limits_["least"] and len(outputs) >= limits_["outputs"]
    is_covered: bool = covered >= limits_["share"] * len(branches)
    return is_covered and is_varied and bool(returned >= limits_["success"] * len(rows))


def summed_(rows: list[Row_]) -> dict[str, Any_]:
    """Sum up rows: how they ended, and what the pairs show."""
    pairs, outputs = pairs_(rows), [told for _, (end, told, *_), _ in rows if end == "returned"]
    return {
        "ends": [
            [called[0], called[1] * (called[0] != "returned"), called[2]] for _, called, _ in rows
        ],
        "pairs": len(pairs),
        "distinct": len({called[1] for _, called, _ in pairs}),
        "commonest": max(map(outputs.count, outputs), default=0) / (len(outputs) or 1),
        "marks": sorted(passed_(pairs)),
        "returned": [],
        "slow": False,
        "differs": False,
        "idle": [],
    }


def differs_(entry: Callable_[..., object], rows: list[Row_]) -> bool:
    """Call again in the other order: say whether outputs hang on the calls before."""
    for arguments, called, seed in rows[::-1]:
        if called[0] == "returned":
            again = called_(entry, arguments, seed)
            if again[0] == "returned" and again[1] != called[1]:
                return True
    return False


def swaying_(entry: Callable_[..., object], pairs: list[Row_]) -> list[str]:
    """Name the arguments of which another pair's value changes the result or the way to it."""
    found: set[str] = set()
    for (arguments, called, seed), (other, _, _) in zip(pairs, pairs[1:] + pairs[:1], strict=True):
        for name in set(arguments) - found:
            if arguments[name] != other[name]:
                changed = called_(entry, {**arguments, name: other[name]}, seed)
                if (changed[0], changed[1], changed[3]) != (called[0], called[1], called[3]):
                    found.add(name)
    return sorted(found)


def function_(text: str, name: str, names: dict[str, Any_]) -> Callable_[..., Any_]:
    exec(text, names)
    return names[name]  # type: ignore[no-any-return] # it is the one that the text defines


def is_settled_(summed: dict[str, Any_]) -> bool:
    """Say whether no more needs to be tried: all is there, or nothing can be had."""
    return bool(summed["returned"] and (summed["differs"] or not summed["idle"]))


def tried_(
    entry: Callable_[..., object], drawings: list[str], seeds: list[int]
) -> list[dict[str, Any_]]:
    """Try the drawings of one combination in turn, until one covers enough."""
    tried: list[dict[str, Any_]] = []
    late = len(late_)
    for drawing in drawings:
        begun = time_.process_time()
        rows = rows_(entry, function_(drawing, "draw_", {}), seeds, 0)
        summed = summed_(rows)
        tried.append(summed)
        summed["slow"] = time_.process_time() - begun > limits_["total_seconds"]
        if not summed["slow"] and covers_(rows):
            summed["returned"] = [[row[0], row[1][1]] for row in rows if row[1][0] == "returned"]
            summed["differs"] = differs_(entry, pairs_(rows))
            swaying = [] if summed["differs"] else swaying_(entry, pairs_(rows))
            summed["idle"] = [name for name in summed["returned"][0][0] if name not in swaying]
        lost = sum(called[0] != "returned" for _, called, _ in rows)
        is_late = is_spent_() or len(late_) > late + 1
        if is_settled_(summed) or 2 * lost > len(rows) or is_late:
            break
    return tried


def trial_(
    combinations: list[tuple[str, list[str]]], seeds: list[int], limits: dict[str, Any_]
) -> list[list[dict[str, Any_]]]:
    """Try combinations, each an entry point and drawings; none where loading took too long."""
    begin_(limits)
    found: list[list[dict[str, Any_]]] = []
    if begun_[0] > limits["load_seconds"]:
        return found
    for entry, drawings in combinations:
        found.append(tried_(function_(entry, "main_", names_), drawings, seeds))
        if is_settled_(found[-1][-1]) or is_spent_():
            break
    return found


def again_(
    entry: str, drawing: str, seeds: list[int], salt: int, limits: dict[str, Any_]
) -> list[Any_]:
    """Draw and call once more; return what came of each input."""
    begin_(limits)
    rows = rows_(function_(entry, "main_", names_), function_(drawing, "draw_", {}), seeds, salt)
    return [[row[0], row[1][1]] for row in rows if row[1][0] == "returned"]
