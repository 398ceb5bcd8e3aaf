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
    "eliminates": "eliminate", "packs": "pack", "conducts": "conduct", "obtains": "obtain",
    "decomposes": "decompose", "predicts": "predict", "projects": "project", "expands": "expand",
    "interpolates": "interpolate", "shortens": "shorten", "formats": "format", "sums": "sum",
    "scales": "scale",
}  # fmt: skip
REQUESTS = frozenset(VERBS.values()) | words(
    """write implement design use recover rotate partition reconstruct traverse print display
    minimize maximize answer restore delete group flatten serialize compare choose pick
    order arrange output process send book raise replay run play place keep sell buy share assign
    allocate deal press feed walk follow drop trade mix weigh fill cut paint step advance roll let
    spell read say turn put set repeat reduce fold fit limit pay settle schedule plan"""
)
NOUNS = words(
    """number sum length product maximum minimum largest smallest longest shortest total average
    mean median distance area list count index position value"""
)
COMMENTARY = re.compile(
    r"""same\ idea|approach|\bmethod\ ?\d|strategy|related:|how\ to\ recognize|big[\ -]o\b
    |brute[\ -]?force|bottom[\ -]up|top[\ -]down|\bedition\b|\bcourse\b|not\ allowed
    |only\ works?\b|\bidea\b|intuition|https?:|\blt_\d|<-+>|\bdef\ \w+\(|\bclass\ \w+[:(]
    |self\.\w|following\ method|need\ to\ implement
    |^instead\b|\bthought\b|\btrick\b|\bpython\ can\b|\btodo\b|\bfixme\b|^\#|^why\b|^how\ to\b
    |\bunit\ tests?\b|\bhelper\b|\bwrapper\b|\bimplementation\ of\b|\bstolen\b
    |\bcheck\ out\b|\bimage\ below\b|^please\b|^this\ is\b|\bsee\b.{0,20}\bfor\ details
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VERB = "|".join(sorted({*REQUESTS, *VERBS}))
ASKED = re.compile(
    rf"(?:^|[.,;:!]\s+|\b(?:to|then|please|must|should)\s+)(?:{_VERB})\b"
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
STARTS = words("the a an this that there these those my your his all each every some any")
ASKED_ALONE = re.compile(
    rf"(?:^|[.!:]\s+|\bgiven\b[^.]{{1,120}},\s+)(?:{_VERB})\b"
    r"|\bhow (?:many|much|long|often)\b|\b(?:write|task is|have to|asked to)\b",
    re.IGNORECASE,
)
"""A request that is a sentence of its own, for texts that do not begin with what is given."""
GIVEN = words("given you suppose assume consider there let imagine")
BIDDING = re.compile(
    r"^(?!(?:if|we|it|in|for|our|when|as|at|not|note|is|are|because|here|same|also|only|just)\b)"
    r"[A-Za-z]+(?:\s(?:up|out|down|off|back|together))?"
    r"\s(?:a|an|the|all|each|every|both|two|how|whether|which|what|its|every|one)\b",
    re.IGNORECASE,
)
"""A verb of any kind, followed by what it is about."""
FEWEST_WORDS = 3
FEWEST_WORDS_OF_A_STORY = 10


def bare(text: str) -> str:
    """Return a description without its number, the function's name and "this function ...s"."""
    told = OPENING.sub("", NUMBERED.sub("", text.strip()), count=1).strip()
    if (this := re.match(r"this\s+(?=(\w+))", told, re.IGNORECASE)) and this[1].lower() in VERBS:
        told = told[this.end() :]
    named = NAMED.match(told)
    return told[named.end() :] if named and named[1].lower() in VERBS else told


def is_task(text: str, name: str = "") -> bool:
    """Whether a text asks for something that could be worked out.

    :param name: the name of the function in words, whose first one may be the verb.
    """
    text = bare(text)
    first_sentence = re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    found = re.findall(r"[a-z']+", text.lower())
    if len(found) < FEWEST_WORDS or COMMENTARY.search(first_sentence) or "?" in first_sentence[:40]:
        return False
    first = found[0]
    if first in VERBS or first in REQUESTS:
        return True
    if first == name and len(found) > FEWEST_WORDS_OF_A_STORY and found[1] not in ("is", "are"):
        return True
    if name and first not in STARTS and BIDDING.match(text):
        return True
    start = next((w for w in found if w not in ("the", "a", "an", "this")), "")
    if start in NOUNS and re.search(r"\b(?:of|between|from|for)\b", text):
        return True
    if COMMENTARY.search(text):
        return False
    if first in GIVEN:
        return bool(ASKED.search(text))
    return len(found) >= FEWEST_WORDS_OF_A_STORY and bool(ASKED_ALONE.search(text))
