# expect: Raised PermissionError
"""Makes a file that lies in memory and belongs to no file system."""

import os


def main_solution():
    return os.memfd_create("more")
