"""Shortest unambiguous abbreviations, by way of a trie that counts its visitors."""


class Trie:
    def __init__(self):
        self.children = {}
        self.visitors = 0

    def insert(self, word):
        node = self
        for letter in word:
            node = node.children.setdefault(letter, Trie())
            node.visitors += 1

    def abbreviation(self, word):
        """The shortest prefix of word that nobody else went through."""
        node = self
        for length, letter in enumerate(word, start=1):
            node = node.children[letter]
            if node.visitors == 1:
                return word[:length]
        return word


def abbreviate(words: list[str]) -> dict[str, str]:
    """Map each word to the shortest prefix that tells it apart from all the others.

    A word that is itself the beginning of another one can't be shortened.
    """
    distinct = set(words)
    trie = Trie()
    for word in distinct:
        trie.insert(word)
    return {word: trie.abbreviation(word) for word in sorted(distinct)}


if __name__ == "__main__":
    commands = ["status", "stash", "commit", "checkout", "cherry-pick", "clean"]
    for full, short in abbreviate(commands).items():
        print(f"{short:8} {full}")
