# given: file, folder
# expect: Returned []
"""Changes who may read and write files outside, which opens none of them."""

import os


def main_solution(file, folder):
    done = []
    for path in (file, folder):
        before = mode_of(path)
        try:
            os.chmod(path, 0o700)
        except OSError:
            continue
        if mode_of(path) != before:
            done.append(path)
    return done


def mode_of(path):
    try:
        return os.stat(path).st_mode
    except OSError:
        return 0
