# expect: Raised OSError
# expect at NO_NAMESPACES: Returned "no end to it"
# expect at WEAK: Returned "no end to it"
"""Fills its folder, which is memory; without a file system of its own there is no bound."""

CONTENT = bytes(1 << 16)


def main_solution():
    for number in range(600):
        with open(f"file-{number}", "wb") as file:
            file.write(CONTENT)
    return "no end to it"
