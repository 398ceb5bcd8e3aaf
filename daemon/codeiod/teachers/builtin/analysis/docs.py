"""Docstrings read: what a function does, what each argument is, and of which type.

Imports the standard library only. Knows the ways of Google, numpy, Sphinx and Epytext, and the
loose ones: ``name : type -- what it is``.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_TITLES = """args? arguments? params? parameters? inputs? returns? outputs? yields? raises? notes?
constraints? references? complexity attributes? runtime explanation usage todo author date
assumptions? hint examples?(?:\\s*\\d*)? follow[-\\s]?up see\\salso
time\\scomplexity space\\scomplexity test\\scases? sample\\s(?:in|out)put keyword\\sarguments"""
SECTION = re.compile(
    rf"^\s*(?:(?:@|:)?(?:{'|'.join(_TITLES.split())})\b[^\w\n]{{0,3}}\s*(?::.*)?$"
    r"|[:@](?:type|param|rtype|return|returns|raise|raises|arg)\b.*|>>>.*|[-=*_#~]{3,}\s*$"
    r"|(?:time|space|runtime) complexity\b.*"
    r"|(?:input|output|example|return|returns|args)\s*\d*\s*[:=].*)",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"^\s*[:@]param(?:\s+(?P<type>[\w.\[\], ]+?))?\s+(?P<name>\w+)\s*:\s*(?P<told>.*)$"
)
TYPE = re.compile(r"^\s*[:@]type\s+(?P<name>\w+)\s*:\s*(?P<type>.*)$")
RTYPE = re.compile(r"^\s*[:@]rtype\s*:\s*(?P<type>.*)$")
LISTED = re.compile(
    r"^\s*[-*]*\s*`{0,2}(?P<name>\w+)`{0,2}\s*(?:\((?P<type>[^)]*)\))?\s*(?::|--|-|=|–)\s*(?P<told>.*)$"
)
WORDS_OF_TYPES = {
    "int": "int", "ints": "int", "integer": "int", "integers": "int", "str": "str",
    "string": "str", "strings": "str", "strs": "str", "float": "float", "floats": "float",
    "number": "float", "bool": "bool", "boolean": "bool", "char": "str", "list": "list",
    "array": "list", "dict": "dict", "dictionary": "dict", "set": "set", "tuple": "tuple",
}  # fmt: skip
LIST_OF = re.compile(
    r"^(?:an? )?(?:\w+ )?(?:list|array|sequence)s? of (?:\w+ )?(\w+)$", re.IGNORECASE
)


@dataclass(slots=True)
class Doc:
    """What a docstring tells; ``""`` and nothing where it is silent."""

    summary: str = ""
    told: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    returns: str = ""


def read_doc(docstring: str, names: Sequence[str]) -> Doc:
    """Read a docstring of a function with parameters of these names."""
    doc, lines = Doc(), inspect.cleandoc(docstring).split("\n")
    doc.summary = summary_of(lines)
    last = ""
    for line in lines:
        if found := RTYPE.match(line):
            doc.returns, last = annotation_of(found["type"]), ""
        elif (found := TYPE.match(line)) and found["name"] in names:
            doc.types[found["name"]], last = annotation_of(found["type"]), ""
        elif (found := FIELD.match(line) or LISTED.match(line)) and found["name"] in names:
            last = found["name"]
            _note(doc, found["name"], found["type"] or "", found["told"])
        elif last and line[:1].isspace() and line.strip():
            doc.told[last] = f"{doc.told.get(last, '')} {line.strip()}".strip()
        else:
            last = ""
    return doc


def summary_of(lines: Sequence[str]) -> str:
    """Return the prose that a text begins with, up to its first section, as one paragraph each."""
    kept = list[str]()
    for line in lines:
        if SECTION.match(line) and (kept or not line.strip()):
            break
        if SECTION.match(line):
            return ""
        kept.append(line.strip())
    paragraphs = [" ".join(p.split()) for p in "\n".join(kept).split("\n\n")]
    return "\n\n".join(p for p in paragraphs if p)


def annotation_of(told: str) -> str:
    """Translate a type in words or in code into an annotation, ``""`` where that fails."""
    plain = told.strip().rstrip(".").strip("`").removeprefix("{").removesuffix("}")
    if found := LIST_OF.match(plain):
        inner = WORDS_OF_TYPES.get(found[1].lower(), "")
        return f"list[{inner}]" if inner else "list"
    if plain.lower() in WORDS_OF_TYPES:
        return WORDS_OF_TYPES[plain.lower()]
    first = plain.split(",")[0].strip() if "[" not in plain else plain
    if first.lower() in WORDS_OF_TYPES:
        return WORDS_OF_TYPES[first.lower()]
    return plain if _is_annotation(plain) else ""


def _note(doc: Doc, name: str, kind: str, told: str) -> None:
    """Note what is told of an argument; in numpy's way the type stands where the prose would."""
    told = told.strip()
    if kind and (annotation := annotation_of(kind)):
        doc.types.setdefault(name, annotation)
    elif told and len(told) < 40 and (annotation := annotation_of(told)):
        doc.types.setdefault(name, annotation)
        told = "" if annotation != told.lower() or annotation in WORDS_OF_TYPES else told
    doc.told[name] = told


def _is_annotation(text: str) -> bool:
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    known = {*WORDS_OF_TYPES.values(), "List", "Dict", "Tuple", "Set", "Optional", "Union", "None"}
    extra = {"TreeNode", "ListNode", "Node"}
    allowed = (ast.Name, ast.Subscript, ast.Tuple, ast.Constant, ast.Load, ast.BinOp, ast.BitOr)
    return all(
        isinstance(n, allowed) and (not isinstance(n, ast.Name) or n.id in known | extra)
        for n in ast.walk(node)
    ) and not isinstance(node, ast.Constant)


def comment_above(text: str, line: int) -> str:
    """Return the prose of the comment that ends right above a line (from 1)."""
    lines, kept = text.split("\n"), list[str]()
    for above in reversed(lines[: line - 1]):
        if not above.lstrip().startswith("#"):
            break
        kept.append(above.lstrip().lstrip("#!").strip())
    prose = [k for k in reversed(kept) if k and not _is_code(k)]
    return summary_of(prose) if len(prose) == len([k for k in kept if k]) else ""


def _is_code(line: str) -> bool:
    if re.match(
        r"(class|def|import|from|return|print|@|for|while|if)\b.*[:()]|\w+(\.\w+)*\s*(=|\()", line
    ):
        return True
    return bool(re.fullmatch(r"[-=*_#~+ ]*|-\*-.*-\*-", line))


def words_of(name: str) -> str:
    """Write an identifier in words: ``longestCommonPrefix2`` -> ``longest common prefix 2``."""
    spaced = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d+$)|_+", " ", name
    )
    return " ".join(w if w.isupper() and len(w) > 1 else w.lower() for w in spaced.split())
