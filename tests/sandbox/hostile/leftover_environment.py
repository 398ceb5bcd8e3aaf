# expect: Returned 1
"""Leaves another environment, time zone and locale."""

import ctypes
import locale
import os
import time


def main_solution():
    os.environ.clear()
    os.environ.update(TZ="Asia/Kathmandu", LANG="tr_TR", TMPDIR="/", PYTHONHASHSEED="9")
    time.tzset()
    ctypes.CDLL(None).setenv(b"PATH", b"/nowhere", 1)
    locale.setlocale(locale.LC_ALL, "C")
    return 1
