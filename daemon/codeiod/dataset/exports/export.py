"""Export a dataset: read what is committed, choose, shape, write, and put the whole in its place.

May import errors, ``journal`` and all of this package. At any moment it holds one program with its
samples, the places of the other programs, and what the writers have not written yet.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from codeiod.dataset.exports.card import card
from codeiod.dataset.exports.cases import LanguageOf, cases
from codeiod.dataset.exports.choosing import weighed
from codeiod.dataset.exports.committed import Committed, committed
from codeiod.dataset.exports.counting import Counts, Exported
from codeiod.dataset.exports.folder import MANIFEST_NAME, require_free, whole_folder
from codeiod.dataset.exports.jsonl import JsonLines
from codeiod.dataset.exports.options import Format, Options
from codeiod.dataset.exports.parquet import Parquet, require_pyarrow
from codeiod.dataset.exports.programs import Programs
from codeiod.dataset.exports.rlvr import MODULE, MODULE_NAME, RECIPES_NAME
from codeiod.dataset.exports.rows import Shape
from codeiod.dataset.exports.shapes import shape_of
from codeiod.dataset.exports.shards import Writer

MANIFEST_FORMAT = 1


class Told(Protocol):
    """Called when the directory has been read, before it is exported."""

    def __call__(self, committed: Committed) -> None: ...


def export(
    directory: Path,
    out: Path,
    options: Options,
    language_of: LanguageOf,
    *,
    overwrite: bool = False,
    begun: Told | None = None,
) -> Exported:
    """Export what a directory holds into a new folder.

    :param begun: told what is there; a run may be going on, or have stopped before its end.
    :raises SettingsError: the place is taken, or something is not installed.
    :raises DirectoryError: the directory is damaged, newer, or not ours.
    :raises DiskFull: there is no room. :raises ExportFailed: the disk failed.
    """
    require_free(out, directory, overwrite=overwrite)
    if options.format is Format.HF:
        require_pyarrow()
    with committed(directory) as found:
        if begun is not None:
            begun(found)
        with whole_folder(out, directory, overwrite=overwrite) as folder:
            return _fill(folder, found, options, language_of)


def _fill(folder: Path, found: Committed, options: Options, language_of: LanguageOf) -> Exported:
    shape = shape_of(options)
    with _writer(folder, shape, options) as writer:
        counts = _write(writer, shape, found, options, language_of)
        exported = Exported(counts, tuple(writer.close()))
    if options.format is Format.RLVR:
        _write_json(folder / RECIPES_NAME, dict(found.state.recipes))
        (folder / MODULE_NAME).write_text(MODULE, "utf-8")
    (folder / "README.md").write_text(card(options, shape, found.state, exported), "utf-8")
    _write_json(folder / MANIFEST_NAME, manifest(options, exported))
    return exported


def _writer(folder: Path, shape: Shape, options: Options) -> AbstractContextManager[Writer]:
    if options.format is Format.HF:
        return Parquet(folder, shape.configs)
    return JsonLines(folder)


def _write(
    writer: Writer, shape: Shape, found: Committed, options: Options, language_of: LanguageOf
) -> Counts:
    programs = Programs(found)
    choice = weighed(options, cases(found, programs, language_of))
    counts = Counts()
    for whole in cases(found, programs, language_of):
        case = choice.of(whole)
        if not case.samples:
            continue
        counts.add(case)
        split = choice.split(case.program.fields["item_id"])
        for config, fields in shape.rows(case):
            writer.add(config, split, fields)
    return counts


def manifest(options: Options, exported: Exported) -> dict[str, Any]:
    """Tell what was exported, for programs."""
    return {
        "manifest": MANIFEST_FORMAT,
        "options": asdict(options),
        "programs": exported.counts.programs,
        "samples": exported.counts.samples,
        "rows": exported.rows(),
        "files": [asdict(shard) for shard in exported.shards],
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
