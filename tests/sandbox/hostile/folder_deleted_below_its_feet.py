# expect: Returned "nowhere"
"""Works in a folder that it has removed."""

import os


def main_solution():
    os.mkdir("folder")
    os.chdir("folder")
    os.rmdir("../folder")
    return "nowhere"
