# given: folder
# leaves at WEAK: there is no Landlock, and its user may write beside its folder
# expect: Raised OSError | Raised PermissionError
# expect at WEAK: Returned "replaced" | Raised OSError | Raised PermissionError
"""Puts a link to a folder outside in the place of its own, for the zygote to empty."""

import os


def main_solution(folder):
    own = os.environ["TMPDIR"]
    os.rename(own, own + "-codeiod-hostile")
    os.symlink(folder, own)
    return "replaced"
