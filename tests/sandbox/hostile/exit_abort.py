# expect: Died SIGABRT
# expect at FULL: Died SIGSEGV | Died SIGABRT
"""Aborts; as first process of a namespace the signal itself does nothing."""

import os


def main_solution():
    os.abort()
