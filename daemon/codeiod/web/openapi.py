"""The description of the API, made of what it answers with and the filters that it takes.

May import ``asking``, ``submission``, ``index.asks``, ``series``, ``daemon``, ``reports``,
``dataset`` and pydantic. It is built when somebody asks for it, once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from codeiod.dataset.lines import FIELDS
from codeiod.journal.records import Stream
from codeiod.reports.affairs import Affairs
from codeiod.reports.explain import Story
from codeiod.web import asking
from codeiod.web.daemon import Submitted
from codeiod.web.index.asks import Filters, ItemRow, ItemsPage, SampleRow, SamplesPage
from codeiod.web.series import Charts
from codeiod.web.submission import FORM

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}

_TYPES: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    dict: "object",
}
_MODELS: Mapping[str, type] = {
    "Affairs": Affairs,
    "Charts": Charts,
    "Filters": Filters,
    "ItemRow": ItemRow,
    "ItemsPage": ItemsPage,
    "SampleRow": SampleRow,
    "SamplesPage": SamplesPage,
    "Story": Story,
    "Submitted": Submitted,
}
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "message"],
            "properties": {
                "status": {"type": "integer"},
                "message": {"type": "string", "description": "what is wrong, in a sentence"},
            },
        }
    },
}


@dataclass(frozen=True, slots=True)
class Address:
    """What is to be had at an address, and how."""

    path: str
    says: str
    gives: Schema
    takes: Mapping[str, asking.Form] = field(default_factory=dict)
    kind: str = "application/json"


def _model(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_NAMED = {"Sample": Stream.SAMPLES, "Program": Stream.PROGRAMS}
_GETS = (
    Address("/api/status", "How things stand.", _model("Affairs")),
    Address("/api/series", "How it went, for charts.", _model("Charts"), asking.SERIES),
    Address("/api/events", "How things stand, each second.", TEXT, kind="text/event-stream"),
    Address("/api/filters", "What there is to filter by.", _model("Filters")),
    Address("/api/items", "Items, the newest first.", _model("ItemsPage"), asking.ITEMS),
    Address("/api/items/{id}", "One item, whole.", _model("WholeItem")),
    Address("/api/items/{id}/story", "All that the journal tells of an item.", _model("Story")),
    Address("/api/samples", "Samples, the newest first.", _model("SamplesPage"), asking.SAMPLES),
    Address(
        "/api/samples/{id}",
        "One sample, whole, and its neighbours in a list.",
        _model("WholeSample"),
        asking.SAMPLES,
    ),
)


@cache
def document() -> Schema:
    """Return the description as OpenAPI 3.1 has it."""
    paths: dict[str, Schema] = {address.path: {"get": _get(address)} for address in _GETS}
    paths["/api/items"]["post"] = {
        "operationId": "submit",
        "summary": "Submit code as an item; it is durable when this answers.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": FORM}}},
        "responses": _responses("201", _model("Submitted"), "application/json"),
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "codeiod",
            "version": version("codeiod"),
            "description": "How a daemon, or the directory of one, stands; see docs/api.md.",
        },
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get(address: Address) -> Schema:
    parameters = [_parameter(name, form) for name, form in address.takes.items()]
    if "{id}" in address.path:
        schema = {"type": "string", "pattern": f"^{asking.ID}$"}
        parameters.insert(0, {"name": "id", "in": "path", "required": True, "schema": schema})
    return {
        "operationId": address.path.removeprefix("/api/")
        .replace("/{id}", "_one")
        .replace("/", "_"),
        "summary": address.says,
        "parameters": parameters,
        "responses": _responses("200", address.gives, address.kind),
    }


def _responses(status: str, gives: Schema, kind: str) -> Schema:
    return {
        status: {"description": "as asked", "content": {kind: {"schema": gives}}},
        "default": {
            "description": "it is refused; the sentence says why",
            "content": {"application/json": {"schema": _model("Error")}},
        },
    }


def _parameter(name: str, form: asking.Form) -> Schema:
    schema: Schema = {"type": "string"}
    if isinstance(form, re.Pattern):
        schema["pattern"] = f"^(?:{form.pattern})?$"
    else:
        schema["enum"] = ["", *form]
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _schemas() -> dict[str, Schema]:
    _, found = TypeAdapter.json_schemas(
        [(name, "serialization", TypeAdapter(kind)) for name, kind in _MODELS.items()],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Schema] = found["$defs"]
    schemas |= {name: _line(stream) for name, stream in _NAMED.items()}
    pair = {"type": "object", "properties": {"input": TEXT, "output": TEXT}}
    return schemas | {
        "Error": _ERROR,
        "WholeSample": _object(
            sample=_model("Sample"),
            program=_model("Program"),
            previous=TEXT,
            next=TEXT,
        ),
        "WholeItem": _object(
            item=_model("ItemRow"),
            program=_model("Program"),
            pairs={"type": "array", "items": pair},
            samples={"type": "array", "items": _model("SampleRow")},
            events={"type": "array", "items": {"type": "object"}},
        ),
    }


def _line(stream: Stream) -> Schema:
    """Describe a line of the dataset; where it is gone, all of it is left out."""
    return {
        "type": "object",
        "description": f"A line of {stream}: docs/output.md says what is in it.",
        "properties": {key: {"type": _TYPES[kind]} for key, kind in FIELDS[stream].items()},
    }


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "required": list(fields), "properties": fields}
