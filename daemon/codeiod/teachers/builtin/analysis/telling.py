"""What a file says about a function: in its docstring, a comment above it, or at the file's head.

Imports the standard library and its neighbours.
"""

from __future__ import annotations

import ast
import re

from codeiod.teachers.builtin.analysis.docs import Doc, comment_above, summary_of, words_of
from codeiod.teachers.builtin.analysis.scopes import Function
from codeiod.teachers.builtin.analysis.survey import Survey
from codeiod.teachers.builtin.analysis.tasks import is_task
from codeiod.teachers.builtin.analysis.wellknown import words

LONGEST_CHARS = 700
FEW_FUNCTIONS = 4
ENGLISH = words(
    """the of to is are and that for with by if it its this returns return given find finds
    from be not or into each all which compute computes calculate calculates number check
    checks get gets list string function using determine convert sort takes two array
    integer integers"""
)
FOREIGN = words(
    """de la el que para uma um les des le und der die das con por los las una en du et est il
    che di per da do na se os dos ein eine von mit pour dans sur avec del al lo su retorna
    recebe devuelve"""
)
SHORT_WORDS = 6
HOW_IT_IS_DONE = re.compile(
    r"(?:setup|approach|algorithm|idea|intuition|using|solution|method|brute force|time|steps?"
    r"|explanation|note|todo|fixme|do not return|option|attempt|version)\b",
    re.IGNORECASE,
)
CHATTER = re.compile(
    r"(?:good morning!?|here'?s (?:your|a) [^.]*\.|hi[,!.]|hello[,!.]"
    r"|thanks,? [^.!]*[.!]|(?:this|the) (?:problem|question) was [^.]*asked by [^.]*\.)\s*",
    re.IGNORECASE,
)
HEADING = re.compile(
    r"^(?:\(?\d+[.):]\s+|[A-Z][\w ]{0,60}\d[^.:]{0,30}:\s+(?=[A-Z])"
    r"|(?:question|problem|task|description|goal|statement)\b[^.:\w]*\d*\s*[:.-]+\s*)",
    re.IGNORECASE,
)
"""What stands before a task: its number, or the day it was set."""
LEFT_OVER = re.compile(
    r"(?<=[.!?:])\s+(?:for example|e\.g\.|example)[^.]{0,30}[.:]?$", re.IGNORECASE
)
"""What led to an example that is cut off."""
STEM_CHARS = 5
HEADER = re.compile(
    r"@|©|copyright|licen[sc]e|author|created (?:on|by)|created:|version|python ?[23]|http"
    r"|homework|assignment|exercise \d|name:|file ?name|student|leetcode|o\(\w",
    re.IGNORECASE,
)


def summary_for(survey: Survey, function: Function, owner: ast.ClassDef | None, doc: Doc) -> str:
    """Return the best description that a file gives of a function, ``""`` where it gives none.

    What stands at the head of the file or of a class is taken for a function that serves no other;
    where there are several of these, only for one whose name shares a word with it.
    """
    places = [doc.summary, comment_above(survey.text.text, _first_line(function))]
    name = words_of(function.name)
    own = next((told for place in places if (told := fit_prose(place, name))), "")
    if own or not _is_entry(survey, function):
        return own
    few = sum(1 for _ in survey.functions()) <= FEW_FUNCTIONS
    wider = list[str]()
    if owner and (few or len(owner.body) <= FEW_FUNCTIONS):
        wider += [_docstring(owner), comment_above(survey.text.text, _first_line(owner))]
    if few:
        wider += [_docstring(survey.module), *_texts_at_head(survey.module)]
    alone = sum(_is_entry(survey, other) for other, _ in survey.functions()) == 1
    found = (fit_prose(place) for place in wider)
    return next((told for told in found if told and (alone or _shares(function, told))), "")


def fit_prose(text: str, name: str = "") -> str:
    """Return the paragraphs of English prose that state a task, cut to a bounded length.

    :param name: the name of the function in words, where the text is the function's own.
    """
    kept = list[str]()
    for paragraph in CHATTER.sub("", text).split("\n\n"):
        plain = _is_prose(paragraph) and not HOW_IT_IS_DONE.match(paragraph)
        if plain and not HEADER.search(paragraph):
            kept.append(paragraph)
        elif kept:
            break
    told = re.sub(r"^\([^)]*\)\s*:?\s*", "", " ".join(kept))
    told = LEFT_OVER.sub("", HEADING.sub("", told))
    while len(told) > LONGEST_CHARS and ". " in told:
        told = told.rpartition(". ")[0] + "."
    return told if len(told) <= LONGEST_CHARS and is_task(told, name) else ""


def _is_entry(survey: Survey, function: Function) -> bool:
    """Whether no other function of the file calls a function."""
    callers = survey.callers_of(function.name)
    return all(one is function or one.name.lower().startswith("test") for one in callers)


def _shares(function: Function, told: str) -> bool:
    """Whether a description has a word of the function's name, as far as its beginning goes."""
    said = {word[:STEM_CHARS] for word in re.findall(r"[a-z]{3,}", told.lower())}
    return bool({w.lower()[:STEM_CHARS] for w in words_of(function.name).split()} & said)


def _is_prose(text: str) -> bool:
    words = re.findall(r"[a-z']+", text.lower())
    letters = sum(c.isalpha() for c in text)
    plain = sum(c.isascii() and c.isalpha() for c in text)
    enough = len(words) >= 3 and plain > 0.95 * letters and letters > 0.5 * len(text)
    english, foreign = (sum(w in known for w in words) for known in (ENGLISH, FOREIGN))
    return enough and english >= foreign + (len(words) > SHORT_WORDS)


def _docstring(node: ast.ClassDef | ast.Module) -> str:
    return summary_of((ast.get_docstring(node) or "").split("\n"))


def _texts_at_head(module: ast.Module) -> list[str]:
    """Return the bare strings that stand at the head of a file."""
    texts = list[str]()
    for statement in module.body[:6]:
        match statement:
            case ast.Expr(value=ast.Constant(value=str(text))):
                texts.append(summary_of(text.strip().split("\n")))
    return texts


def _first_line(node: Function | ast.ClassDef) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])
