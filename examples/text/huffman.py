"""Huffman coding: short codes for frequent letters."""
import heapq
from collections import Counter
from itertools import count


def code_lengths(text: str) -> dict[str, int]:
    """Return how many bits the Huffman code of each letter of the text has.

    A text of a single distinct letter still needs one bit for it. The letters come
    in alphabetical order.
    """
    codes = build_codes(text)
    return {letter: len(codes[letter]) for letter in sorted(codes)}


def build_codes(text):
    frequencies = Counter(text)
    tie_breaker = count()  # keeps the heap from ever comparing two trees
    heap = [(n, next(tie_breaker), letter) for letter, n in sorted(frequencies.items())]
    heapq.heapify(heap)
    if len(heap) == 1:
        return {heap[0][2]: "0"}
    while len(heap) > 1:
        n1, _, low = heapq.heappop(heap)
        n2, _, high = heapq.heappop(heap)
        heapq.heappush(heap, (n1 + n2, next(tie_breaker), (low, high)))
    codes = {}
    if heap:
        assign(heap[0][2], "", codes)
    return codes


def assign(tree, prefix, codes):
    if isinstance(tree, str):
        codes[tree] = prefix
        return
    low, high = tree
    assign(low, prefix + "0", codes)
    assign(high, prefix + "1", codes)


def encode(text):
    codes = build_codes(text)
    return "".join(codes[letter] for letter in text)


if __name__ == "__main__":
    message = "she sells sea shells"
    bits = encode(message)
    print(bits)
    print(f"{len(message) * 8} bits -> {len(bits)} bits")
