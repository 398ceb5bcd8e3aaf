# expect: Died SIGABRT | Died SIGSEGV
"""Frees what was never allocated."""

import ctypes


def main_solution():
    ctypes.CDLL(None).free(ctypes.c_void_p(id(main_solution) + 16))
