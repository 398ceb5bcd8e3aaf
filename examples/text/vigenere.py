"""The Vigenere cipher: three centuries unbroken, now a beginner's exercise."""
import string

ALPHABET = string.ascii_lowercase


def vigenere(text: str, key: str, decrypt: bool = False) -> str:
    """Encrypt (or decrypt) the letters of a text with a repeating keyword.

    Case is kept, and everything that is no letter passes unchanged without using
    up a letter of the key. Only the letters of the key count.

    :raises ValueError: if the key holds no letter
    """
    shifts = [ALPHABET.index(c) for c in key.lower() if c in ALPHABET]
    if not shifts:
        raise ValueError("the key needs at least one letter")
    direction = -1 if decrypt else 1
    result = []
    used = 0
    for char in text:
        if char.lower() not in ALPHABET:
            result.append(char)
            continue
        shift = direction * shifts[used % len(shifts)]
        used += 1
        moved = ALPHABET[(ALPHABET.index(char.lower()) + shift) % 26]
        result.append(moved.upper() if char.isupper() else moved)
    return "".join(result)


if __name__ == "__main__":
    secret = vigenere("Attack at dawn!", "Lemon")
    print(secret)
    print(vigenere(secret, "Lemon", decrypt=True))
