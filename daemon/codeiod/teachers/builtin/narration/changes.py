"""What a step changed, said: names that take values, parts of containers that come, go or change.

May import the narration's ``voice`` and the sandbox's values.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    is_dict = change.value.text.startswith("{")
    said = listed([_part(change.name, part, voice, is_dict=is_dict) for part in change.parts])
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


def _part(name: str, part: Part, voice: Voice, *, is_dict: bool) -> str:
    value = brief(part.value, 60)
    inner, _, place = part.path.rpartition("[")
    of = f"`{name}{inner}`"
    if "`" in part.path or value == UNKNOWN:
        return f"a part of `{name}` changes"
    if part.effect is Effect.REMOVED:
        if place[:-1].lstrip("-").isdigit() and not (is_dict and not inner):
            return voice.pick(f"{value} leaves {of}", f"{of} loses {value}")
        return f"`{name}{part.path}` is taken out"
    if part.effect is Effect.JOINED:
        where = f"`{name}{part.path}`"
        return voice.pick(f"{value} joins {where}", f"{value} is added to {where}")
    if part.effect is Effect.LEFT:
        where = f"`{name}{part.path}`"
        return voice.pick(f"{value} leaves {where}", f"{where} loses {value}")
    is_key = is_dict and not inner
    if part.effect is Effect.ADDED and place[:-1].isdigit() and not is_key:
        return voice.pick(
            f"{value} is added to {of}", f"{of} gains {value}", f"{value} goes into {of}"
        )
    return voice.pick(
        f"`{name}{part.path}` becomes {value}", f"`{name}{part.path}` is set to {value}"
    )
