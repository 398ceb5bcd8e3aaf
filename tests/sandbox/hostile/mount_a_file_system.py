# expect: Died SIGSYS
"""Mounts a file system over its own folder."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None)
