"""Example settings: every key with its default and what it is for, read from where it is defined.

May import pydantic, ``section`` and ``settings``. Python forgets the texts below a class's fields,
so they are read from its source: only who asks for the example pays for that.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from codeiod.config.endpoints import EndpointSettings
from codeiod.config.section import Section
from codeiod.config.settings import Settings

WIDTH = 100
HEAD = """\
# Settings of codeiod: every key with its default, which is in force until another value is set.
# An endpoint is wanted; all else may stay as it is. docs/settings.md tells more.
# Made by: codeiod config --example
"""


def example() -> str:
    """Return a settings file with all keys, each of them commented out.

    So who starts from it keeps getting the defaults of later versions.
    """
    sections = (
        _section("[[endpoint]]", EndpointSettings)
        if name == "endpoint"
        else _section(f"[{name}]", field.annotation)
        for name, field in Settings.model_fields.items()
    )
    return "\n".join([HEAD, *sections])


def _section(head: str, section: Any) -> str:
    lines = [*_comment(inspect.getdoc(section) or ""), f"#{head}"]
    for key, field in section.model_fields.items():
        lines += _comment(_meaning(section, key, field))
        lines.append(f"#{key} = {_default(field)}".rstrip())
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    """Write a default as TOML does, nothing where there is none."""
    missing = field.is_required() or field.default is None
    return "" if missing else _toml(field.default)


def _meaning(section: type[Section], key: str, field: FieldInfo) -> str:
    text = texts_of(section).get(key, "")
    if get_origin(field.annotation) is Literal:
        choices = ", ".join(json.dumps(choice) for choice in get_args(field.annotation))
        text = f"{text} One of {choices}."
    if field.is_required():
        text += " Needed."
    if field.default is None:
        text += " Not sent unless it is set."
    return text


@cache
def texts_of(section: type[Section]) -> dict[str, str]:
    """Return by key the text that stands below it, where it or a class above defines it."""
    texts: dict[str, str] = {}
    for kind in reversed(section.__mro__):
        if issubclass(kind, Section):
            (definition,) = ast.parse(inspect.getsource(kind)).body
            texts.update(_texts_within(definition))
    return texts


def _texts_within(definition: ast.stmt) -> Iterator[tuple[str, str]]:
    assert isinstance(definition, ast.ClassDef)
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=key)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield key, inspect.cleandoc(text)


def _comment(text: str) -> list[str]:
    words = text.replace("``", "`")
    return textwrap.wrap(words, WIDTH, initial_indent="# ", subsequent_indent="# ")


def _toml(value: Any) -> str:
    if isinstance(value, Section):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        pairs = ", ".join(f"{name} = {_toml(part)}" for name, part in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(part) for part in value)}]"
    return json.dumps(value, ensure_ascii=False)
