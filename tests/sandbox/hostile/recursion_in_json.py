# expect: Raised RecursionError
"""Parses a text that is nested a million times."""

import json


def main_solution():
    return json.loads("[" * 1_000_000)
