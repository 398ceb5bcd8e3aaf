# expect: Returned 5
"""Leaves names that are no text, hold line ends, look like options, and are as long as may be."""

import os


def main_solution():
    for name in (b"\xff\xfe", b"a\nb", b"-rf", b"x" * 255, b"\x01*?$(reboot)"):
        os.mkdir(name)
    return len(os.listdir(b"."))
