# expect: Returned 1
"""Leaves every warning an error."""

import warnings


def main_solution():
    warnings.simplefilter("error")
    warnings.showwarning = None
    return 1
