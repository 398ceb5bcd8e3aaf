VOWELS = "aeiou"


def pig_latin(sentence: str) -> str:
    """Translate a sentence into Pig Latin, word by word.

    A word that starts with a vowel gets "way"; otherwise its leading consonants
    move to the end, followed by "ay" ("qu" moves as one, and y is a vowel unless it
    comes first). Capitalised words stay capitalised.
    """
    return " ".join(translate(word) for word in sentence.split())


def translate(word):
    lower = word.lower()
    cut = 0
    while cut < len(lower) and not is_vowel(lower, cut):
        cut += 2 if lower.startswith("qu", cut) else 1
    if cut == 0:
        result = lower + "way"
    else:
        result = lower[cut:] + lower[:cut] + "ay"
    return result.capitalize() if word[0].isupper() else result


def is_vowel(word, index):
    return word[index] in VOWELS or (word[index] == "y" and index > 0)


if __name__ == "__main__":
    print(pig_latin("The quick brown fox eats yellow rhubarb"))
