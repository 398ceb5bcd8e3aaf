"""Greedy word wrap for terminals that are too narrow."""


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most width characters.

    Lines are broken between words. A word that is longer than a whole line is cut
    into pieces. A width below 4 is taken as 4.
    """
    width = max(width, 4)
    lines = []
    current = ""
    for word in text.split():
        while len(word) > width:
            if current:
                lines.append(current)
                current = ""
            lines.append(word[:width])
            word = word[width:]
        if not word:
            continue
        if not current:
            current = word
        elif len(current) + 1 + len(word) <= width:
            current += " " + word
        else:
            lines.append(current)
            current = word
    if current:
        lines.append(current)
    return lines


def justify(line, width):
    """Stretch the gaps of a line, the left ones first, until it is width characters long."""
    words = line.split()
    if len(words) < 2:
        return line.ljust(width)
    spaces = width - sum(map(len, words))
    gap, extra = divmod(spaces, len(words) - 1)
    parts = []
    for index, word in enumerate(words[:-1]):
        parts.append(word + " " * (gap + (index < extra)))
    return "".join(parts) + words[-1]


if __name__ == "__main__":
    sample = "The quick brown fox jumps over the lazy dog and then sleeps uninterruptedly."
    for line in wrap(sample, 20):
        print("|" + justify(line, 20) + "|")
