from itertools import groupby


def compress(text: str, ignore_case: bool = False) -> str:
    """Run-length encode a text: "aaabcc" becomes "3ab2c".

    A run of one keeps its bare letter. With ignore_case the text is lowered first,
    so that "aAa" is one run.
    """
    if ignore_case:
        text = text.lower()
    pieces = []
    for letter, run in groupby(text):
        length = sum(1 for _ in run)
        pieces.append(f"{length}{letter}" if length > 1 else letter)
    return "".join(pieces)


def expand(code: str) -> str:
    """Undo compress(); a number without a letter after it is dropped."""
    text = ""
    count = ""
    for char in code:
        if char.isdigit():
            count += char
        else:
            text += char * int(count or 1)
            count = ""
    return text


if __name__ == "__main__":
    for word in ["bookkeeper", "zzzz", "wheeee!"]:
        code = compress(word)
        assert expand(code) == word
        print(word, "->", code)
