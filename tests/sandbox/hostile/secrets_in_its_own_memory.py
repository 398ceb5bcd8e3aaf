# expect: Returned []
"""Looks through every object of its zygote for what the daemon may have left there."""

import gc

NAME = "CODEIOD_HOSTILE_SECRET"


def main_solution():
    found = []
    for thing in gc.get_objects():
        for text in gc.get_referents(thing):
            if type(text) is str and NAME in text and len(text) < 64 and text not in ours():
                found.append(text)
    return found


def ours():
    return [NAME, *main_solution.__code__.co_consts]
