# expect: LoadFailed ModuleNotFoundError
"""Imports the daemon's code."""

import codeiod

main_solution = codeiod
