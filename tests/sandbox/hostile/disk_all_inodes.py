# expect: Raised OSError
# expect at NO_NAMESPACES: Returned "no end to it"
# expect at WEAK: Returned "no end to it"
"""Makes empty files until there are no more to be had."""


def main_solution():
    for number in range(600):
        open(f"file-{number}", "w").close()
    return "no end to it"
