"""A teacher's answer as Markdown: its named sections, and the fenced code inside one.

Imports the standard library only. Tolerant of form: nothing here judges what a section holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST_TITLE_CHARS = 60
FULL_WIDTH_COLON = "\N{FULLWIDTH COLON}"
LEVEL_WITHOUT_MARKS = 2  # a bold or bare heading counts as one of this level


class Part(StrEnum):
    """The four sections of an answer to a unify request."""

    MAIN = "Main Function"
    REQUIREMENTS = "Input Output Description"
    GENERATOR = "Input Generator"
    PROBLEM = "Problem Statement"


OF_CODE = (Part.MAIN, Part.GENERATOR)
NAMES = {
    Part.MAIN: r"main[\W_]*function|main[\W_]+solution|主要?函数",
    Part.REQUIREMENTS: (
        r"(?:input[\W_]*(?:and[\W_]*)?output|\bi[\W_]*o)[\W_]*(?:description|requirements?)"
        r"|输入[\W_]*[和与及]?[\W_]*输出[\W_]*的?(?:说明|描述|要求)"
    ),
    Part.GENERATOR: r"input[\W_]*generator|输入生成(?:器|函数)",
    Part.PROBLEM: (
        r"problem[\W_]*(?:statement|description)|题目(?:描述|说明)?|问题(?:描述|说明|陈述)"
    ),
}
ANY_NAME = "|".join(f"(?P<{part.name}>{names})" for part, names in NAMES.items())
NAMED = re.compile(ANY_NAME, re.IGNORECASE)
NUMBER = r"(?:(?:section|part|step)?\s*(?:\d{1,2}\s*[.):-]|[一二三四]、)\s*)?"
BARE = re.compile(rf"{NUMBER}(?:{ANY_NAME})\s*:?\s*", re.IGNORECASE)
BOLD = re.compile(
    rf"(?:[-*+]\s+)?{NUMBER}(?P<mark>\*\*|__)(?P<title>.{{1,80}}?)(?P=mark)(?P<rest>.*)",
    re.IGNORECASE,
)
ATX = re.compile(r"(?P<marks>#{1,6})[ \t]*(?P<title>[^#\s].*?)[ \t]*#*")
FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)")
RULE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,})\s*")
THOUGHT = re.compile(
    r"\A\s*<think>.*?</think>|\A.*^[ \t]*</think>[ \t]*$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that opens a section; ``rest`` is what follows its title on the line."""

    part: Part
    level: int
    rest: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: the indices of its opening and closing line, and what lies between."""

    opens: int
    closes: int
    info: str
    code: str


def split_sections(text: str, *, heed_fences: bool = True) -> dict[Part, tuple[int, str]]:
    """Cut an answer at its known headings into level and body; the last that is not blank counts.

    With ``heed_fences`` a heading inside a fence is none.
    """
    lines = without_thoughts(text).split("\n")
    headings = list(_headings(lines, heed_fences=heed_fences))
    ends = [i for i, _ in headings[1:]] + [len(lines)]
    sections: dict[Part, tuple[int, str]] = {}
    for (i, heading), end in zip(headings, ends, strict=False):
        body = "\n".join([heading.rest, *lines[i + 1 : end]])
        if body.strip() or heading.part not in sections:
            sections[heading.part] = heading.level, body
    return sections


def _headings(lines: list[str], *, heed_fences: bool) -> Iterator[tuple[int, Heading]]:
    fenced = _fenced_lines(lines)
    current: Part | None = None
    for i, line in enumerate(lines):
        if i in fenced and (heed_fences or not line.startswith(("##", "**"))):
            continue
        heading = read_heading(line)
        # The name of a code section, met once more within it, is a comment of the code.
        if heading and not (heading.part is current and current in OF_CODE):
            current = heading.part
            yield i, heading


def without_thoughts(text: str) -> str:
    """Drop what stands before the end of a leading ``<think>`` block; make line ends plain."""
    return THOUGHT.sub("", text.replace("\r\n", "\n"), count=1)


def read_heading(line: str) -> Heading | None:
    """Read a line as the heading of one of the four sections, in any of the usual forms."""
    if len(line) - len(line.lstrip(" ")) > 3:
        return None
    line = line.strip().replace(FULL_WIDTH_COLON, ":")
    if atx := ATX.fullmatch(line):
        return _heading(atx["title"], len(atx["marks"]))
    if bold := BOLD.fullmatch(line):
        title, rest = bold["title"], bold["rest"].lstrip()
        ends = not rest or rest.startswith(":") or title.rstrip().endswith(":")
        return _heading(title + rest, LEVEL_WITHOUT_MARKS) if ends else None
    return _heading(line, LEVEL_WITHOUT_MARKS) if BARE.fullmatch(line) else None


def _heading(line: str, level: int) -> Heading | None:
    """Look for the name of a section in a title, which a colon may part from other text."""
    named = NAMED.search(line[:LONGEST_TITLE_CHARS])
    if named is None or named.lastgroup is None:
        return None
    title, _, rest = line[named.end() :].partition(":")
    if named.end() + len(title) > LONGEST_TITLE_CHARS:
        return None
    return Heading(Part[named.lastgroup], level, rest.strip(" *_"))


def fences(text: str) -> Iterator[Fence]:
    """Find the fenced blocks of a text, in order; one left open ends with the text."""
    lines = text.split("\n")
    opening: re.Match[str] | None = None
    opens = 0
    for i, line in enumerate(lines):
        fence = FENCE.fullmatch(line.rstrip())
        if fence is None:
            continue
        if opening is None:
            opening, opens = fence, i
        elif _closes(opening, fence):
            yield _fence(lines, opening, opens, i)
            opening = None
    if opening is not None:
        yield _fence(lines, opening, opens, len(lines))


def _closes(opening: re.Match[str], fence: re.Match[str]) -> bool:
    return (
        not fence["info"]
        and fence["marks"].startswith(opening["marks"])
        and len(fence["indent"]) <= len(opening["indent"]) + 3
    )


def _fence(lines: list[str], opening: re.Match[str], opens: int, closes: int) -> Fence:
    margin = re.compile(f"^[ \t]{{0,{len(opening['indent'])}}}")
    code = "\n".join(margin.sub("", line, count=1) for line in lines[opens + 1 : closes])
    return Fence(opens, closes, opening["info"].strip().lower(), code)


def _fenced_lines(lines: list[str]) -> set[int]:
    return {i for f in fences("\n".join(lines)) for i in range(f.opens, f.closes + 1)}


def prose_of(level: int, body: str) -> str:
    """Clean a section of prose: no fence around the whole, no rules at its ends, and nothing that
    stands under a foreign heading of the same rank.
    """
    lines = body.strip().split("\n")
    while lines and (not lines[0].strip() or RULE.fullmatch(lines[0])):
        del lines[0]
    whole = next(fences("\n".join(lines)), None)
    if whole and whole.opens == 0 and whole.closes >= len(lines) - 1:
        return whole.code.strip()
    fenced = _fenced_lines(lines)
    for i, line in enumerate(lines):
        if i > 0 and i not in fenced and _foreign(line, level):
            lines = lines[:i]
            break
    while lines and (not lines[-1].strip() or RULE.fullmatch(lines[-1])):
        del lines[-1]
    return "\n".join(lines).strip()


def _foreign(line: str, level: int) -> bool:
    atx = ATX.fullmatch(line.strip()) if line.startswith("#") else None
    if atx is None or len(atx["marks"]) > level:
        return False
    return not re.match(r"[\W_]*(?:input|output|输入|输出)", atx["title"], re.IGNORECASE)
