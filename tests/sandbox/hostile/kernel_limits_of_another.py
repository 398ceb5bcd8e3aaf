# given: parent
# expect: Raised PermissionError
"""Sets limits for the daemon."""

import resource


def main_solution(parent):
    resource.prlimit(parent, resource.RLIMIT_NOFILE, (3, 3))
    return "set"
