"""What a step changed, said: names that take values, parts of containers that come, go or change.

May import the narration's ``evaluating``, ``objects``, ``values`` and ``voice``, and the
sandbox's values.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codeiod.teachers.builtin.narration.evaluating import work_out
from codeiod.teachers.builtin.narration.objects import Unknown
from codeiod.teachers.builtin.narration.values import value_of
from codeiod.teachers.builtin.narration.voice import UNKNOWN, Voice, brief, is_bare, listed, whole
from codeiod_sandbox.traces import Change, Effect, Part, Shown

_MAX_CHANGES = 4
_MAX_PARTS = 3
_MAX_AFTER_CHARS = 70


def changed(changes: Sequence[Change], voice: Voice) -> str:
    """Say what changed, ``""`` where nothing did."""
    own = [change for change in changes if not any(_is_seen_by(change, of) for of in changes)]
    said = [one_changed(change, voice) for change in own[:_MAX_CHANGES]]
    said = [each for each in said if each]
    return "; ".join(said) if any(", and `" in each for each in said) else listed(said)


def _is_seen_by(change: Change, other: Change) -> bool:
    """Tell whether a change is one in what another name names, seen from further away."""
    if change is other or len(change.parts) != 1 or len(other.parts) != 1:
        return False
    (far,), (near,) = change.parts, other.parts
    if far.effect is not near.effect or far.value != near.value:
        return False
    is_further = len(far.path) > len(near.path) and far.path.endswith(near.path)
    return is_further and (change.value.is_cut or other.value.text in change.value.text)


def one_changed(change: Change, voice: Voice) -> str:
    if not change.parts or len(change.parts) > _MAX_PARTS:
        return becomes(change.name, change.value, voice)
    if len(change.parts) == _MAX_PARTS - 1 and (said := _swapped(change)):
        return said
    said = _added(change) or listed([_part(change, part, voice) for part in change.parts])
    after = whole(change.value, _MAX_AFTER_CHARS)
    if after and after[0] in "[{(":
        said += voice.pick(f", and `{change.name}` is now {after}", f": `{change.name}` is {after}")
    return said


def becomes(name: str, value: Shown, voice: Voice) -> str:
    """Say that a name takes a value, ``""`` where that can't be told."""
    said = brief(value)
    if said == UNKNOWN or is_bare(value):
        return ""
    if not whole(value):
        return f"`{name}` is now {said}"
    return voice.pick(f"`{name}` becomes {said}", f"`{name}` is now {said}")


def _swapped(change: Change) -> str:
    one, other = change.parts
    if one.effect is not Effect.SET or other.effect is not Effect.SET or not change.value.json:
        return ""
    if not (one.path.startswith("[") and other.path.startswith("[")):
        return ""
    name, after = change.name, whole(change.value, _MAX_AFTER_CHARS)
    said = (
        f"`{name}{one.path}` becomes {brief(one.value, 40)}"
        f" and `{name}{other.path}` becomes {brief(other.value, 40)}"
    )
    return f"{said}: `{name}` is {after}" if after else said


def gains(change: Change, part: Part) -> str:
    """Return what gains a member at its end, or as a set; ``""`` where it is a key that is set."""
    if part.effect is Effect.JOINED:
        return change.name + part.path
    inner, _, place = part.path.rpartition("[")
    is_added = part.effect is Effect.ADDED and place[:-1].isdigit()
    return change.name + inner if is_added and _is_sequence(change, inner) else ""


def _is_sequence(change: Change, inner: str) -> bool:
    """Tell whether a part of a value is a list, and no dict with numbers as keys."""
    if not inner:
        return not change.value.text.startswith("{")
    try:
        path = ast.parse(f"value{inner}", mode="eval").body
        return not isinstance(work_out(path, lambda _: value_of(change.value)), dict)
    except (Unknown, SyntaxError, ValueError):
        return False


def _added(change: Change) -> str:
    """Say that several members come to one list or set."""
    to = {gains(change, part) for part in change.parts}
    values = [whole(part.value, 60) for part in change.parts]
    if len(values) < 2 or len(to) > 1 or "" in to or not all(values):
        return ""
    return f"{listed(values)} are added to `{to.pop()}`"


def _part(change: Change, part: Part, voice: Voice) -> str:
    name, value = change.name, brief(part.value, 60)
    if "`" in part.path or value == UNKNOWN:
        return f"a part of `{name}` changes"
    if of := gains(change, part):
        if part.effect is Effect.JOINED:
            return voice.pick(f"{value} joins `{of}`", f"{value} is added to `{of}`")
        return voice.pick(
            f"{value} is added to `{of}`", f"`{of}` gains {value}", f"{value} goes into `{of}`"
        )
    if part.effect is Effect.REMOVED and not _is_in_list(change, part):
        return f"`{name}{part.path}` is taken out"
    if part.effect in (Effect.REMOVED, Effect.LEFT):
        inner = part.path if part.effect is Effect.LEFT else part.path.rpartition("[")[0]
        return voice.pick(f"{value} leaves `{name}{inner}`", f"`{name}{inner}` loses {value}")
    return voice.pick(
        f"`{name}{part.path}` becomes {value}", f"`{name}{part.path}` is set to {value}"
    )


def _is_in_list(change: Change, part: Part) -> bool:
    """Tell whether what was removed stood in a list."""
    inner, _, place = part.path.rpartition("[")
    return place[:-1].isdigit() and _is_sequence(change, inner)
