# reaches at WEAK: there is no Landlock, and its user may write to files of the daemon's
# expect: Returned []
# expect at WEAK: Returned
"""Opens the files that every program runs on to write to them, and makes others among them."""

import os
import sys


def main_solution():
    done = []
    for path in (os.__file__, os.path.dirname(os.__file__), sys.executable):
        for change in (open_to_write, make_a_folder):
            try:
                change(path)
                done.append(path)
            except OSError:
                pass
    return done


def open_to_write(path):
    open(path, "r+").close()


def make_a_folder(path):
    made = f"{path}/codeiod-hostile"
    os.mkdir(made)
    os.rmdir(made)
