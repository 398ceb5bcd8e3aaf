# program: SOURCE
# expect: LoadFailed UnicodeEncodeError | LoadFailed SyntaxError
"""Has half a character in its text."""

SOURCE = "def main_solution():\n    return '\ud800'\n"
