"""The card tells a loader what it needs, and a reader what the data is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from codeiod.dataset.exports import Format, Options, export
from codeiod.dataset.exports.card import cell
from codeiod.dataset.exports.front_matter import MOST, size_category
from codeiod.sources.languages import language_of

from .conftest import RECIPE, Made


def card_of(tmp_path: Path, directory: Path, options: Options) -> tuple[dict[str, Any], str]:
    out = tmp_path / "out"
    export(directory, out, options, language_of, overwrite=True)
    _, head, body = (out / "README.md").read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def test_head(tmp_path: Path, write: Any, a_few: Any, rows_read: Any) -> None:
    """Configs, features, splits and sizes are those of the files, the licence as it was given."""
    options = Options(Format.HF, holdout=0.4, seed=1, licence="odc-by")
    head, _ = card_of(tmp_path, write(*a_few), options)
    rows = rows_read(tmp_path / "out")
    assert head["license"] == "odc-by"
    assert head["size_categories"] == ["n<1K"]
    told = {
        f"{info['config_name']}/{split['name']}": split["num_examples"]
        for info in head["dataset_info"]
        for split in info["splits"]
    }
    assert told == {place: len(found) for place, found in rows.items()}
    for info, config in zip(head["dataset_info"], head["configs"], strict=True):
        name = info["config_name"]
        assert config["config_name"] == name
        assert [column["name"] for column in info["features"]] == list(rows[f"{name}/train"][0])
        files = list((tmp_path / "out" / name).iterdir())
        assert info["download_size"] == sum(path.stat().st_size for path in files)


def test_body(tmp_path: Path, write: Any, a_few: Any) -> None:
    """Sources, yields, rightness by turn, models, recipe, limits and citation are all told."""
    _, body = card_of(tmp_path, write(*a_few), Options(Format.SFT))
    for told in (
        "| here | 1 |",
        "| code | 2 |",
        "| Ruby | 1 |",
        "| finished: programs with samples | 3 |",
        "| output_prediction | 8 | 4 (50.0%) | 2 (25.0%) | 2 (25.0%) |",
        RECIPE.digest,
        '"pairs": 10',
        "## Limits",
        "2502.07316",
    ):
        assert told in body


def test_cell() -> None:
    """A source with any name is one cell of a table, and no markup."""
    assert cell("a|b\nc <script>") == "a\\|b c &lt;script>"


def test_sizes() -> None:
    """Sizes are named as cards name them."""
    assert [size_category(n) for n in (0, 999, 1000, 3_000_000, 10**9)] == [
        *("n<1K", "n<1K", "1K<n<10K", "1M<n<10M", MOST)
    ]


def test_an_empty_dataset(tmp_path: Path, write: Any) -> None:
    """Of nothing there is a card without configs."""
    head, body = card_of(tmp_path, write(), Options(Format.SFT))
    assert "configs" not in head
    assert "0 samples of 0 programs" in body


def test_odd_names(tmp_path: Path, write: Any) -> None:
    """Names from files can't break the card."""
    made = Made("a", meta={"source": '"---"\n| {x}: [y]', "language": "`|`"})
    head, body = card_of(tmp_path, write(made), Options(Format.HF))
    assert head["configs"]
    assert '| "---" \\| {x}: [y] | 1 |' in body
