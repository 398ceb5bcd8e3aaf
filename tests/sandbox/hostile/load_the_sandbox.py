# expect: LoadFailed ModuleNotFoundError
"""Imports the sandbox's own code."""

import guest.child

main_solution = guest.child.live
