# expect: Died SIGSEGV
"""Reads where nothing is."""

import ctypes


def main_solution():
    return ctypes.string_at(8).decode()
