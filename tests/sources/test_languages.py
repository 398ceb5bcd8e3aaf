"""Promises of telling languages apart by extension."""

from __future__ import annotations

import pytest

from codeiod.sources.languages import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "Python"),
        ("deep/er/B.PY", "Python"),
        ("x.tar.rs", "Rust"),
        ("a.c++", "C++"),
        ("a.txt", ""),
        ("py", ""),
        (".py", ""),
        ("folder.py/readme", ""),
        ("", ""),
    ],
)
def test_the_extension_tells(path: str, language: str) -> None:
    """The last extension tells, in any case; a name that is only an extension has none."""
    assert language_of(path) == language


def test_the_table_is_wide() -> None:
    """At least 60 extensions, all in lower case, none of them twice."""
    assert len(LANGUAGES) >= 60
    assert all(extension == extension.lower() for extension in LANGUAGES)
