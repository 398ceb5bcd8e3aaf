def longestPalindrome(text: str) -> str:
    """Return the longest palindrome inside the text, the leftmost of several equally long ones."""
    best = ""
    for centre in range(len(text)):
        # odd lengths grow from a letter, even lengths from between two letters
        for left, right in ((centre, centre), (centre, centre + 1)):
            candidate = growPalindrome(text, left, right)
            if len(candidate) > len(best):
                best = candidate
    return best


def growPalindrome(text, left, right):
    while left >= 0 and right < len(text) and text[left] == text[right]:
        left -= 1
        right += 1
    return text[left + 1:right]


def lettersToMirror(text: str) -> int:
    """Count the letters that must be appended to make the whole text a palindrome."""
    for start in range(len(text)):
        tail = text[start:]
        if tail == tail[::-1]:
            return start
    return 0
