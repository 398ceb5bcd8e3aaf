"""Whether a text states a task: it asks for something, and does not only comment on how it is done.

Imports the standard library only.
"""

from __future__ import annotations

import re

from codeiod.teachers.builtin.analysis.wellknown import words

VERBS = {
    "returns": "return", "finds": "find", "calculates": "calculate", "computes": "compute",
    "checks": "check", "counts": "count", "converts": "convert", "determines": "determine",
    "updates": "update", "gets": "get", "creates": "create", "generates": "generate",
    "removes": "remove", "takes": "take", "prints": "give", "print": "give", "performs": "perform",
    "sorts": "sort", "makes": "make", "adds": "add", "gives": "give", "solves": "solve",
    "applies": "apply", "builds": "build", "searches": "search", "evaluates": "evaluate",
    "merges": "merge", "encodes": "encode", "decodes": "decode", "encrypts": "encrypt",
    "decrypts": "decrypt", "implements": "carry out", "tells": "tell", "displays": "give",
    "estimates": "estimate", "rotates": "rotate", "reverses": "reverse", "replaces": "replace",
    "inserts": "insert", "deletes": "delete", "splits": "split", "parses": "parse",
    "validates": "validate", "verifies": "verify", "transforms": "transform", "selects": "select",
    "turns": "turn", "does": "do", "groups": "group", "lists": "list", "simulates": "simulate",
    "multiplies": "multiply", "divides": "divide", "subtracts": "subtract", "rounds": "round",
    "decides": "decide", "shows": "give", "outputs": "give", "produces": "produce",
    "constructs": "construct", "extracts": "extract", "maps": "map", "normalizes": "normalize",
    "filters": "filter", "swaps": "swap", "shifts": "shift", "moves": "move", "draws": "draw",
    "compares": "compare", "tests": "test", "translates": "translate", "compresses": "compress",
    "shortens": "shorten", "formats": "format", "sums": "sum", "scales": "scale",
}  # fmt: skip
REQUESTS = frozenset(VERBS.values()) | words(
    """write implement design use recover rotate partition reconstruct traverse print display
    minimize maximize answer restore delete group flatten serialize compare choose pick
    order arrange output process"""
)
NOUNS = words(
    """number sum length product maximum minimum largest smallest longest shortest total average
    mean median distance area list count index position value"""
)
COMMENTARY = re.compile(
    r"""same\ idea|approach|\bmethod\ ?\d|strategy|related:|how\ to\ recognize|big[\ -]o\b
    |brute[\ -]?force|bottom[\ -]up|top[\ -]down|\bedition\b|\bcourse\b|not\ allowed
    |only\ works?\b|\bidea\b|intuition|https?:|\blt_\d|<-+>|\bdef\ \w+\(|\bclass\ \w+[:(]
    |self\.\w|following\ method
    |^instead\b|\bthought\b|\btrick\b|\bpython\ can\b|\btodo\b|\bfixme\b|^\#|^why\b|^how\ to\b
    |\bunit\ tests?\b|\bhelper\b|\bwrapper\b|\bimplementation\ of\b|\bstolen\b
    |\bsee\b.{0,20}\bfor\ details
    """,
    re.IGNORECASE | re.VERBOSE,
)
ASKED = re.compile(
    rf"(?:^|[.,;:!]\s+|\b(?:to|then|please|must|should)\s+)(?:{'|'.join(sorted(REQUESTS))})\b"
    r"|\bhow (?:many|much|long|often)\b|\bwhat (?:is|are)\b|\bwhether\b",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^(?:(?:this|the|a|an|main|simple|small)\s+)*(?:python\s+)?"
    r"(?:function|method|program|script|code|procedure|class|routine|algorithm|module|helper)\b\s*"
    r"(?:(?:that|which|to|will|should|is used to|is|can|for|simply|just|:|-)\s+)*",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"^(?:\(?\d+[.):]\s+|[-*]\s+)")
NAMED = re.compile(r"^(?:[a-z]\w*[A-Z_]\w*|[A-Z][a-z]+[A-Z]\w*)(?:\(.*?\))?\s+(?=(\w+))")
GIVEN = words("given you suppose assume consider there let imagine")
FEWEST_WORDS = 3
FEWEST_WORDS_OF_A_STORY = 10


def bare(text: str) -> str:
    """Return a description without its number, the function's name and "this function ...s"."""
    told = OPENING.sub("", NUMBERED.sub("", text.strip()), count=1).strip()
    named = NAMED.match(told)
    return told[named.end() :] if named and named[1].lower() in VERBS else told


def is_task(text: str) -> bool:
    """Whether a text asks for something that could be worked out."""
    text = bare(text)
    first_sentence = re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    found = re.findall(r"[a-z']+", text.lower())
    if len(found) < FEWEST_WORDS or COMMENTARY.search(first_sentence) or "?" in first_sentence[:40]:
        return False
    first = found[0]
    if first in VERBS or first in REQUESTS:
        return True
    start = next((w for w in found if w not in ("the", "a", "an", "this")), "")
    if start in NOUNS and re.search(r"\b(?:of|between|from|for)\b", text):
        return True
    story = first in GIVEN or len(found) >= FEWEST_WORDS_OF_A_STORY
    return story and bool(ASKED.search(text)) and not COMMENTARY.search(text)
