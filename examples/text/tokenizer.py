"""A hand-written scanner for a tiny expression language."""
from dataclasses import dataclass

KEYWORDS = {"let", "in", "if", "else", "not"}
DOUBLE_SIGNS = {"==", "!=", "<=", ">=", "->"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    column: int


def token_summary(source: str) -> dict:
    """Scan one line of source and count its tokens by kind, with the longest name in it.

    Kinds are "name", "keyword", "number", "sign" and "unknown"; blanks separate
    tokens. Only kinds that occur are counted.
    """
    counts = {}
    longest = ""
    for token in scan(source):
        counts[token.kind] = counts.get(token.kind, 0) + 1
        if token.kind == "name" and len(token.text) > len(longest):
            longest = token.text
    return {"counts": counts, "longest_name": longest}


def scan(source):
    """Yield the tokens of a line from left to right."""
    position = 0
    while position < len(source):
        char = source[position]
        if char.isspace():
            position += 1
            continue
        text = read_token(source, position)
        yield Token(classify(text), text, position + 1)
        position += len(text)


def read_token(source, start):
    first = source[start]
    if first.isalpha() or first == "_":
        return take_while(source, start, lambda c: c.isalnum() or c == "_")
    if first.isdigit():
        return take_while(source, start, str.isdigit)
    pair = source[start:start + 2]
    return pair if pair in DOUBLE_SIGNS else first


def take_while(source, start, accept):
    end = start
    while end < len(source) and accept(source[end]):
        end += 1
    return source[start:end]


def classify(text):
    if text in KEYWORDS:
        return "keyword"
    if text[0].isalpha() or text[0] == "_":
        return "name"
    if text[0].isdigit():
        return "number"
    if text in DOUBLE_SIGNS or text in "+-*/()<>=,":
        return "sign"
    return "unknown"


if __name__ == "__main__":
    for token in scan("let area = width * 2 in area >= 10"):
        print(f"{token.column:3} {token.kind:8} {token.text}")
