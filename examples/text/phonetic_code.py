"""Soundex: names that sound alike get the same code."""

from typing import List

GROUPS = ["bfpv", "cgjkqsxz", "dt", "l", "mn", "r"]
DIGIT = {letter: str(n) for n, group in enumerate(GROUPS, start=1) for letter in group}


def soundex(name: str) -> str:
    """Return the four-character American Soundex code of a name.

    Neighbouring letters of one group count once, also with an h or w between them;
    a vowel separates them. Characters other than a-z are left out, and a name
    without any letter has the code "0000".
    """
    letters = [c for c in name.lower() if "a" <= c <= "z"]
    if not letters:
        return "0000"
    code = letters[0].upper()
    last = DIGIT.get(letters[0], "")
    for letter in letters[1:]:
        if letter in "hw":
            continue
        digit = DIGIT.get(letter, "")
        if digit and digit != last:
            code += digit
        last = digit
    return code[:4].ljust(4, "0")


def sound_alikes(names: List[str], wanted: str) -> List[str]:
    """Pick the names that sound like the wanted one, in their order."""
    return [name for name in names if soundex(name) == soundex(wanted)]


if __name__ == "__main__":
    for name in ["Robert", "Rupert", "Ashcraft", "Tymczak", "Pfister", "Honeyman"]:
        print(name, soundex(name))
