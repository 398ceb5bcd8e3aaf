#!/usr/bin/env python3
"""Levenshtein distance, and the edits behind it.

usage: edit_distance.py kitten sitting
"""
import argparse


def edit_distance(source: str, target: str) -> int:
    """Count the single-character insertions, deletions and substitutions between two words."""
    return build_table(source, target)[-1][-1]


def edit_script(source: str, target: str) -> list[str]:
    """List the edits that turn source into target, first edit first.

    "=x" keeps a character, "-x" deletes it, "+x" inserts it, "xy" replaces x by y.
    """
    table = build_table(source, target)
    row, column = len(source), len(target)
    script = []
    while row or column:
        here = table[row][column]
        if row and column:
            same = source[row - 1] == target[column - 1]
            if table[row - 1][column - 1] + (not same) == here:
                row, column = row - 1, column - 1
                script.append(("=" if same else source[row]) + target[column])
                continue
        if row and table[row - 1][column] + 1 == here:
            row -= 1
            script.append("-" + source[row])
        else:
            column -= 1
            script.append("+" + target[column])
    return script[::-1]


def build_table(source, target):
    table = [list(range(len(target) + 1))]
    for i, left in enumerate(source, start=1):
        above = table[-1]
        current = [i]
        for j, right in enumerate(target, start=1):
            current.append(
                min(
                    above[j] + 1,
                    current[j - 1] + 1,
                    above[j - 1] + (left != right),
                )
            )
        table.append(current)
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("target")
    arguments = parser.parse_args()
    print(edit_distance(arguments.source, arguments.target))
    print(" ".join(edit_script(arguments.source, arguments.target)))
