"""Items and their parts for the tests of the dataset."""

from __future__ import annotations

import pytest

from codeiod.items import Item, Origin, Pair, Program, item_id_of


@pytest.fixture
def item() -> Item:
    """Make an item with metadata."""
    content = "def main(): ..."
    origin = Origin("files", "src/a.py", 0, len(content), 1, 2)
    meta = {"source": "pythonedu", "category": "maths", "path": "a.py"}
    return Item(item_id_of(content.encode()), 0, "r1", origin, content, meta)


@pytest.fixture
def program(item: Item) -> Program:
    """Make what unify would make of it."""
    return Program(item.item_id, "def main_solution(n): ...", "n: int", "def gen(): ...", "Why?")


@pytest.fixture
def pair() -> Pair:
    """Make a pair with numbers that careless readers change."""
    return Pair('{"n": 123456789012345678901234567890}', "1.10", 2**64 - 1)
