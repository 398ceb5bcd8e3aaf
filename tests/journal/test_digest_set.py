"""The digest set is a set, in little memory."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from codeiod.journal.digests import DigestSet


class LikeASet(RuleBasedStateMachine):
    """Whatever is added, it answers as Python's own set does."""

    @initialize(width=st.sampled_from([8, 16]))
    def begin(self, width: int) -> None:
        self.width = width
        self.digests = DigestSet(width)
        self.model: set[bytes] = set()

    @rule(number=st.integers(0, 2**64 - 1), crowd=st.integers(0, 40))
    def add(self, number: int, crowd: int) -> None:
        for step in range(crowd + 1):  # neighbours fall into one shard and onto one slot
            value = (number + step * 8) % 2**64
            digest = value.to_bytes(8, "big").rjust(self.width, b"\0")
            assert self.digests.add(digest) == (digest not in self.model)
            self.model.add(digest)
            assert not self.digests.add(digest)

    @rule(number=st.integers(0, 2**64 - 1))
    def ask(self, number: int) -> None:
        digest = number.to_bytes(self.width, "big")
        assert (digest in self.digests) == (digest in self.model)

    @invariant()
    def same_size(self) -> None:
        assert len(self.digests) == len(self.model)


LikeASet.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestLikeASet = LikeASet.TestCase


@given(st.sets(st.binary(min_size=16, max_size=16), max_size=300))
def test_holds_what_was_added(digests: set[bytes]) -> None:
    """All that was added is in it, zeroes too, and nothing is new twice."""
    held = DigestSet(16)
    assert all(held.add(digest) for digest in digests)
    assert all(digest in held for digest in digests)
    assert len(held) == len(digests)


@pytest.mark.parametrize(("width", "limit"), [(16, 31), (8, 16)])
def test_bytes_for_each(width: int, limit: int) -> None:
    """At any size, 16-byte digests take at most 31 bytes each, 8-byte digests at most 16."""
    held = DigestSet(width)
    for number in range(40_000):
        held.add(blake2b(b"%d" % number, digest_size=width).digest())
        if number >= 20_000 and number % 1000 == 0:
            assert held.memory_bytes <= limit * len(held)
