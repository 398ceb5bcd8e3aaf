# expect: Raised FileNotFoundError
"""Raises an error whose text has paths of the machine, control characters and other scripts."""


def main_solution():
    open("/nowhere/\x1b[2J\u202e\n\u2028\U0001f600" + "/long" * 500)
