# expect: Died SIGSYS
"""Sets up a ring by which it could ask for what no filter sees."""

import ctypes


def main_solution():
    return ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120))
