"""Let chance come from the seed of each call. Imports the standard library alone.

What a program draws can then be drawn again from the recorded seed, also from generators that it
makes without one: `random.Random()`, `numpy.random.default_rng()`, `RandomState()`. The operating
system's own chance (`os.urandom`, `secrets`, `uuid4`) stays what it is.
"""

import builtins
import random
import sys
from typing import Any

# Functions look up builtins here from now on; a program's changes are not seen.
globals()["__builtins__"] = dict(vars(builtins))

_SEED_MASK = (1 << 64) - 1
_NUMPY_SEED_MASK = (1 << 32) - 1
_ENTROPY_BITS = 128
_generator = random.seed.__self__  # type: ignore[attr-defined] # it is a method of this instance
_seed_generator = super(random.Random, _generator).seed
_seed_any = random.Random.seed
_Bits: Any = random.Random.__base__  # the part of it that is written in C
_modules = sys.modules
_given = [0, 0]  # the call's seed, and how often a generator without one has asked


def take_over() -> None:
    """Let `random.Random` ask here instead of the operating system where it is given no seed."""

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        _seed_any(self, _fresh_bits(_ENTROPY_BITS) if a is None else a, version)

    seed.__qualname__, seed.__module__, seed.__doc__ = "Random.seed", "random", _seed_any.__doc__
    random.Random.seed = seed  # type: ignore[method-assign] # what this is for
    random.seed = _generator.seed


def seed_all(seed: int) -> None:
    """Seed every source of random numbers that is loaded."""
    _given[0], _given[1] = seed & _SEED_MASK, 0
    # What random.seed does for an int, without the builtins that it would look up.
    _seed_generator(seed & _SEED_MASK)
    if _generator.gauss_next is not None:
        _generator.gauss_next = None
    numpy_random = _modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(seed & _NUMPY_SEED_MASK)
        numpy_random.bit_generator.randbits = _fresh_bits


def _fresh_bits(count: int) -> int:
    """Return bits that the next to ask does not get, but gets again after the same seed."""
    _given[1] += 1
    bits: int = _Bits(_given[0] << 64 | _given[1]).getrandbits(count)
    return bits
