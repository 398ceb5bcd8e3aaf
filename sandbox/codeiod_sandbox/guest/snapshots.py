"""What snapshots of values are made of. Imports the standard library alone.

Of exact builtin types alone, so that two of them can be compared at any time: `None`, bools,
numbers and strings stand for themselves, tuples for all else.
"""

from typing import Any, TypeAlias

Snapshot: TypeAlias = int | float | str | tuple[Any, ...] | None

LIST, TUPLE, DICT, SET, OBJECT, RECORD, OPAQUE = "[", "(", "{", "s", "o", "n", "?"
"""What the first member of a snapshot's tuple tells; the next two: how many, and the members.

Of a dict and an object the members are keys and values by turns; an object and a record (a named
tuple) have their type's name in the place of how many. What is opaque has only a text.
"""
ELIDED = (OPAQUE, "...")
HEAD, TAIL = 40, 24  # members of a long container that are looked at
LONGEST_INT_BITS = 2000  # below any limit of digits that a program can set
OPAQUE_CHARS = 500

ATOMS = frozenset(map(id, (int, str, float, bool, type(None))))
"""The ids of the types whose values are their own snapshots; a metaclass may lie to a hash."""
