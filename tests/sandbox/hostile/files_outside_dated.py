# given: file, folder
# expect: Returned []
"""Changes the times of files outside."""

import os


def main_solution(file, folder):
    done = []
    for path in (file, folder):
        try:
            os.utime(path, (1, 1))
            if os.stat(path).st_mtime == 1:
                done.append(path)
        except OSError:
            pass
    return done
