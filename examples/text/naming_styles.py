# Turns identifiers from one naming convention into another.
# snake_case, kebab-case, camelCase, PascalCase, SCREAMING_SNAKE


def convert_name(name: str, style: int) -> str:
    """Rewrite an identifier in another naming style.

    The style is a number, taken modulo 5: 0 snake_case, 1 kebab-case, 2 camelCase,
    3 PascalCase, 4 SCREAMING_SNAKE_CASE.
    """
    words = split_words(name)
    style = style % 5
    if style == 0:
        return "_".join(words)
    if style == 1:
        return "-".join(words)
    if style == 2:
        return "".join(words[:1] + [w.capitalize() for w in words[1:]])
    if style == 3:
        return "".join(w.capitalize() for w in words)
    return "_".join(words).upper()


def split_words(name):
    """'parseHTTPResponse_v2' -> ['parse', 'http', 'response', 'v2']"""
    words = []
    current = ""
    for i, char in enumerate(name):
        if not char.isalnum():
            if current:
                words.append(current)
            current = ""
            continue
        after_lower = i > 0 and (name[i - 1].islower() or name[i - 1].isdigit())
        before_lower = i + 1 < len(name) and name[i + 1].islower()
        if char.isupper() and current and (after_lower or before_lower):
            words.append(current)
            current = ""
        current += char.lower()
    if current:
        words.append(current)
    return words
